"""One row by its key, by a statement that is written once: the same values as Django's own query gives."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.claims import COLUMNS
from accounts_app.models import User
from core_app.one_row import OneRow

PEOPLE = OneRow(User, by="sub", columns=("id", "sub", *COLUMNS), is_active=True)


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create(
        phone="+97699112233",
        phone_proven_at=timezone.now(),
        email="oyun@example.com",
        given_name="Оюун",
        address={"locality": "Улаанбаатар", "country": "MN"},
    )


def test_every_value_is_what_the_models_own_query_gives(person: User) -> None:
    usual = User.objects.get(pk=person.pk)
    with CaptureQueriesContext(connection) as asked:
        found = PEOPLE.find(str(person.sub))
        assert found is not None
        values = {name: getattr(found, name) for name in ("id", "sub", *COLUMNS)}
    assert values == {name: getattr(usual, name) for name in values}
    assert len(asked) == 1
    assert found == usual
    assert PEOPLE.find(person.sub) == usual


def test_what_was_not_asked_for_is_not_read_before_it_is_used(person: User) -> None:
    found = PEOPLE.find(person.sub)
    assert found is not None
    assert "password" in found.get_deferred_fields()
    assert not set(COLUMNS) & found.get_deferred_fields()
    assert found.date_joined == person.date_joined


def test_nobody_is_found_by_another_key_or_against_the_conditions(person: User) -> None:
    assert PEOPLE.find(uuid.uuid4()) is None
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert PEOPLE.find(person.sub) is None


def test_a_value_is_never_part_of_the_statement(person: User) -> None:
    by_name = OneRow(User, by="given_name", columns=("id",))
    assert by_name.find("x' OR '1'='1") is None
    assert by_name.find("Оюун") == person
