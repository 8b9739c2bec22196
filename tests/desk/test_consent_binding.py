"""A consent belongs to the person who saw the page, the request it showed, and the browser it was shown in."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.models import Application, Consent, Grant
from tests.oauth import PASSWORD, OAuthBrowser

OTHER_PHONE = "+97688112233"


@pytest.fixture
def other_person(server: None) -> User:
    return create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())


def sign_in_as_other(browser: OAuthBrowser) -> None:
    answer = browser.client.post("/login/?prompt=login", {"phone": OTHER_PHONE, "password": PASSWORD})
    assert answer.status_code == 303


@pytest.mark.requirement("K04", "C15")
def test_a_page_shown_to_one_person_is_not_answered_for_another(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User, other_person: User
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    page = browser_of_somebody.client.get(location).content.decode()
    assert str(somebody.sub) in page
    sign_in_as_other(browser_of_somebody)
    answer = browser_of_somebody.client.post(
        "/o/consent/",
        {
            "request": parse_qs(urlsplit(location).query)["request"][0],
            "person": str(somebody.sub),
            "decision": "allow",
            "scope": ["openid", "profile", "phone"],
        },
    )
    assert answer.status_code == 303
    assert answer["Location"].startswith("/o/consent/")
    assert not Consent.objects.exists()


@pytest.mark.requirement("K04", "C15")
def test_an_answer_of_one_person_gives_no_code_for_another(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User, other_person: User
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    allowed = browser_of_somebody.consent(location)
    sign_in_as_other(browser_of_somebody)
    resumed = browser_of_somebody.client.get(allowed["Location"])
    assert resumed["Location"].startswith("/o/consent/")
    assert not Grant.objects.exists()
    assert not Consent.objects.filter(user=other_person).exists()


@pytest.mark.requirement("K02", "K04")
@pytest.mark.parametrize(
    "tampered",
    [
        {"scope": ["openid", "email"]},
        {"scope": ["openid", "admin"]},
        {"level-phone": "everything"},
        {"level-phone": "FULL"},
        {"decision": "perhaps"},
    ],
)
def test_a_changed_page_is_refused_and_shown_again(
    browser_of_somebody: OAuthBrowser, app: Application, tampered: dict[str, Any]
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    answer = browser_of_somebody.consent(location, **tampered)
    assert answer.status_code == 400
    assert re.search(r'name="decision"\s+value="allow"', answer.content.decode())
    assert not Consent.objects.exists()


@pytest.mark.requirement("K01", "K02")
def test_the_highest_level_is_neither_preselected_nor_had_by_asking(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    location = browser_of_somebody.authorize(policies="full", policy_level="full")["Location"]
    page = browser_of_somebody.client.get(location).content.decode()
    assert re.search(r'value="masked"[^>]*checked', page)
    assert not re.search(r'value="full"[^>]*checked', page)


def test_denying_tells_the_app_and_leaves_no_consent(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    denied = browser_of_somebody.consent(location, decision="deny")
    assert denied.status_code == 303
    parameters = parse_qs(urlsplit(denied["Location"]).query)
    assert parameters["error"] == ["access_denied"]
    assert parameters["state"] == ["st-1"]
    assert parameters["iss"] == ["http://testserver"]
    assert not Consent.objects.exists()
    assert browser_of_somebody.client.get(location).status_code == 400


def test_a_consent_sent_twice_gives_one_code(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    location = browser_of_somebody.authorize()["Location"]
    first = browser_of_somebody.consent(location)
    code = browser_of_somebody.client.get(first["Location"])
    assert "code=" in code["Location"]
    again = browser_of_somebody.client.get(first["Location"])
    assert again.status_code == 400
    assert Grant.objects.count() == 1
