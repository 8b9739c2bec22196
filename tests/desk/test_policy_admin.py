"""Scopes, levels and consents in the admin: what an operator sees of them, changes, and leaves in the record."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, Consent, Scope
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser
from tests.operators import sign_in_operator

ADMIN = "/admin/custom_scopes_and_policies_app"


@pytest.fixture
def operator(server: None) -> Client:
    return sign_in_operator(Client())


def form_of(scope: Scope, **changes: Any) -> dict[str, Any]:
    """The change form as the browser would send it."""
    fields: dict[str, Any] = {
        "label": scope.label, "description": scope.description, "position": scope.position,
        "claims": "phone_number\r\nphone_number_verified", "approval": scope.approval,
        "required_acr": "", "required_reason": "", "text_version": scope.text_version,
    }  # fmt: skip
    levels = list(scope.levels.all())
    fields |= {"levels-TOTAL_FORMS": len(levels), "levels-INITIAL_FORMS": len(levels)}
    for number, level in enumerate(levels):
        row = {
            "id": level.pk, "scope": scope.pk, "rank": level.rank, "value": level.value, "label": level.label,
            "description": "", "limits": "{}", "required_acr": "",
            "claim_filter": '{"phone_number": "masked"}' if level.claim_filter else "{}",
        }  # fmt: skip
        fields |= {f"levels-{number}-{name}": value for name, value in row.items()}
    # The admin sends along what a JSON field held when the page was made, and compares with that.
    shown = {name: value for name, value in fields.items() if name.endswith(("claim_filter", "limits"))}
    return fields | {f"initial-{name}": value for name, value in shown.items()} | changes


def save(operator: Client, **changes: Any) -> Scope:
    scope = Scope.objects.get(name="phone")
    answer = operator.post(f"{ADMIN}/scope/{scope.pk}/change/", form_of(scope, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Scope.objects.get(name="phone")


@pytest.mark.requirement("F52", "L01")
def test_new_words_or_levels_count_the_text_up_and_are_recorded(operator: Client) -> None:
    assert save(operator, position="35").text_version == 1
    assert save(operator, label="Your number").text_version == 2
    assert save(operator, **{"levels-1-label": "All of it"}).text_version == 3
    assert save(operator, description="Other words", text_version="9").text_version == 9
    events = OAuthTokenLog.objects.filter(event="policy.changed").order_by("pk")
    assert [event.subject for event in events] == ["position", "label", "levels", "description text_version"]
    assert {event.scopes for event in events} == {"phone"}


@pytest.mark.requirement("F52")
def test_claims_are_written_as_lines(operator: Client) -> None:
    phone = Scope.objects.get(name="phone")
    page = operator.get(f"{ADMIN}/scope/{phone.pk}/change/").content.decode()
    assert "phone_number\nphone_number_verified</textarea>" in page
    assert save(operator, claims=" phone_number \r\n\r\n nickname ").claims == ["phone_number", "nickname"]
    assert save(operator, claims="").claims == []


@pytest.mark.requirement("F52")
def test_a_scope_keeps_its_name(operator: Client) -> None:
    assert save(operator, name="telephone").name == "phone"
    assert not Scope.objects.filter(name="telephone").exists()


def test_the_list_names_the_levels_and_the_page_counts_people(
    operator: Client, browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code(scope="openid phone", consent={"level-phone": "full"})
    assert "masked, full" in operator.get(f"{ADMIN}/scope/").content.decode()
    phone = Scope.objects.get(name="phone")
    assert "full: 1" in operator.get(f"{ADMIN}/scope/{phone.pk}/change/").content.decode()
    read = Scope.objects.get(name="read")
    assert ">0<" in operator.get(f"{ADMIN}/scope/{read.pk}/change/").content.decode()


def test_a_scope_taken_away_is_recorded(operator: Client) -> None:
    write = Scope.objects.get(name="write")
    operator.post(f"{ADMIN}/scope/{write.pk}/delete/", {"post": "yes"})
    assert OAuthTokenLog.objects.get(event="policy.changed").subject == "deleted"
    assert not Scope.objects.filter(name="write").exists()


@pytest.mark.requirement("F51")
def test_consents_are_listed_without_the_number_and_cannot_be_edited(
    operator: Client, browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    browser_of_somebody.code(scope="openid phone", consent={"level-phone": "full"})
    page = operator.get(f"{ADMIN}/consent/").content.decode()
    assert "Notes" in page
    assert str(somebody.phone) not in page
    assert "Notes" not in operator.get(f"{ADMIN}/consent/?withdrawn_at__isempty=0").content.decode()
    consent = Consent.objects.get()
    assert operator.post(f"{ADMIN}/consent/{consent.pk}/change/", {"scopes": "{}"}).status_code == 403
    assert Consent.objects.get().scopes == {"openid": "", "phone": "full"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "two words"}, "name"),
        ({"name": 'quo"te'}, "name"),
        ({"name": "x", "is_required": True}, "required_reason"),
        ({"name": "x", "required_acr": "aal9"}, "required_acr"),
        ({"name": "x", "claims": {"email": 1}}, "claims"),
    ],
)
def test_a_scope_that_would_not_work_is_refused_at_save(db: None, fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Scope(label="X", **fields).full_clean()
    assert where in refused.value.message_dict
