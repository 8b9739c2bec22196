"""Whatever the database, names that differ by case are two names, and a search by an operator ignores case."""

import pytest
from django.conf import settings

from auth_server_django.checks import check_collation
from custom_scopes_and_policies_app.models import Application

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F70")]


@pytest.fixture
def app() -> Application:
    return Application.objects.create(
        name="Тэмдэглэл Notes",
        client_id="Notes",
        client_type="public",
        redirect_uris="https://notes.example/",
    )


def test_the_database_tells_upper_from_lower_case(app: Application) -> None:
    assert Application.objects.filter(client_id="Notes").exists()
    assert not Application.objects.filter(client_id="notes").exists()
    assert check_collation(None, databases=["default"]) == []


@pytest.mark.parametrize("lookup", ["name__icontains", "name__iendswith", "client_id__iexact"])
def test_a_search_ignores_case(app: Application, lookup: str) -> None:
    assert Application.objects.get(**{lookup: "nOTES"}) == app
    assert not Application.objects.filter(**{lookup: "n_TES"}).exists(), "no wildcards"


def test_the_check_asks_only_the_databases_it_is_given() -> None:
    assert check_collation(None) == []
    assert "default" in settings.DATABASES
