"""How each scope is asked for: automatically, once, every time, after a second factor, by an operator."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, Consent, PolicyLevel, Scope
from custom_scopes_and_policies_app.scopes import forget_catalogue
from tests.oauth import CALLBACK, OAuthBrowser, decode, exchange, post

SECOND_FACTOR = "/second-factor/"


@pytest.fixture
def second_factor(settings: Settings) -> None:
    """A second factor is installed."""
    settings.ROOT_URLCONF = "tests.desk.step_pages"
    settings.STEP_UP_URL = "second_factor:ask"


def set_rule(name: str, approval: str) -> None:
    Scope.objects.filter(name=name).update(approval=approval)
    forget_catalogue()


def silently(browser: OAuthBrowser, scope: str) -> dict[str, str]:
    return browser.response_parameters(scope=scope, prompt="none")


@pytest.mark.requirement("F52")
def test_an_automatic_scope_is_given_unasked_at_its_lowest_level(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    for name in ("openid", "read"):
        set_rule(name, Scope.Approval.AUTOMATIC)
    code = silently(browser_of_somebody, "openid read")["code"]
    claims = decode(exchange(Client(), code).json()["access_token"])
    assert claims["scope"] == "openid read"
    assert claims["policies"] == {"read": "summary"}
    assert not Consent.objects.exists()


@pytest.mark.requirement("F51", "F52")
def test_a_scope_that_is_asked_once_is_remembered_and_only_new_ones_are_asked(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    assert silently(browser_of_somebody, "openid phone")["error"] == "consent_required"
    browser_of_somebody.code(scope="openid phone", consent={"level-phone": "full"})
    assert "code" in silently(browser_of_somebody, "openid phone")
    assert silently(browser_of_somebody, "openid phone read")["error"] == "consent_required"
    browser_of_somebody.code(scope="openid phone read")
    assert "code" in silently(browser_of_somebody, "phone openid read")


@pytest.mark.requirement("F52", "K01")
def test_a_scope_that_is_asked_every_time_is_never_given_silently(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    set_rule("write", Scope.Approval.ALWAYS)
    for _again in range(2):
        assert silently(browser_of_somebody, "openid write")["error"] == "consent_required"
        assert browser_of_somebody.authorize(scope="openid write")["Location"].startswith("/o/consent/")
        assert browser_of_somebody.tokens(scope="openid write")["scope"] == "openid write"
    assert "code" in silently(browser_of_somebody, "openid")


@pytest.mark.requirement("F52")
def test_even_our_own_app_asks_for_what_is_asked_every_time(browser_of_somebody: OAuthBrowser) -> None:
    create_client(
        name="Post", client_id="post", is_public=True, redirect_uris=[CALLBACK], is_first_party=True
    )
    answer = browser_of_somebody.response_parameters(client_id="post", scope="openid write", prompt="none")
    assert "code" in answer
    set_rule("write", Scope.Approval.ALWAYS)
    answer = browser_of_somebody.response_parameters(client_id="post", scope="openid write", prompt="none")
    assert answer["error"] == "consent_required"


@pytest.mark.requirement("F52")
def test_a_new_text_is_asked_about_again_only_where_the_scope_says_so(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code(scope="openid write")
    Scope.objects.filter(name="write").update(text_version=2)
    forget_catalogue()
    assert "code" in silently(browser_of_somebody, "openid write")
    Scope.objects.filter(name="write").update(asks_again_on_new_text=True)
    forget_catalogue()
    assert silently(browser_of_somebody, "openid write")["error"] == "consent_required"
    browser_of_somebody.code(scope="openid write")
    assert "code" in silently(browser_of_somebody, "openid write")


@pytest.mark.requirement("F52")
def test_what_an_operator_has_to_allow_is_refused_until_the_app_names_it_and_then_asked(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    set_rule("read", Scope.Approval.OPERATOR)
    assert browser_of_somebody.response_parameters(scope="openid read")["error"] == "invalid_scope"
    app.allowed_scopes = "openid read"
    app.save()
    assert browser_of_somebody.authorize(scope="openid read")["Location"].startswith("/o/consent/")
    assert browser_of_somebody.tokens(scope="openid read")["scope"] == "openid read"


@pytest.mark.requirement("F52")
def test_a_second_factor_is_proven_before_the_page_and_the_token_says_so(
    browser_of_somebody: OAuthBrowser, app: Application, second_factor: None
) -> None:
    set_rule("write", Scope.Approval.STEP_UP)
    asked = browser_of_somebody.authorize(scope="openid write")
    assert asked["Location"].startswith(SECOND_FACTOR)
    assert parse_qs(urlsplit(asked["Location"]).query)["acr"] == ["aal2"]
    assert silently(browser_of_somebody, "openid write")["error"] == "interaction_required"

    proven = browser_of_somebody.client.post(asked["Location"])
    consent = browser_of_somebody.client.get(proven["Location"])
    allowed = browser_of_somebody.consent(consent["Location"])
    code = parse_qs(urlsplit(browser_of_somebody.client.get(allowed["Location"])["Location"]).query)["code"]
    claims = decode(exchange(Client(), code[0]).json()["access_token"])
    assert (claims["acr"], claims["scope"]) == ("aal2", "openid write")
    assert "code" in silently(browser_of_somebody, "openid write")


@pytest.mark.requirement("F52")
def test_a_scope_the_person_keeps_back_asks_for_no_second_factor(
    browser_of_somebody: OAuthBrowser, app: Application, second_factor: None
) -> None:
    browser_of_somebody.code(scope="openid write", consent={"scope": ["openid"]})
    set_rule("write", Scope.Approval.STEP_UP)
    code = silently(browser_of_somebody, "openid write")["code"]
    assert exchange(Client(), code).json()["scope"] == "openid"


def want_factor_for_whole_number() -> None:
    PolicyLevel.objects.filter(scope__name="phone", value="full").update(required_acr="aal2")
    forget_catalogue()


@pytest.mark.requirement("F52", "K02")
def test_a_level_that_wants_a_second_factor_asks_for_it_when_it_was_chosen(
    browser_of_somebody: OAuthBrowser, app: Application, second_factor: None
) -> None:
    want_factor_for_whole_number()
    low = browser_of_somebody.tokens(scope="openid phone")
    assert decode(low["access_token"])["policies"] == {"phone": "masked"}

    page = browser_of_somebody.authorize(scope="openid phone", prompt="consent")["Location"]
    shown = browser_of_somebody.client.get(page).content.decode()
    assert "You will be asked for a second factor." in shown
    allowed = browser_of_somebody.consent(page, **{"level-phone": "full"})
    step = browser_of_somebody.client.get(allowed["Location"])
    assert step["Location"].startswith(SECOND_FACTOR)
    proven = browser_of_somebody.client.post(step["Location"])
    answer = browser_of_somebody.client.get(proven["Location"])
    code = parse_qs(urlsplit(answer["Location"]).query)["code"][0]
    claims = decode(exchange(Client(), code).json()["access_token"])
    assert (claims["policies"], claims["acr"]) == ({"phone": "full"}, "aal2")


@pytest.mark.requirement("F52", "K02")
def test_a_level_that_cannot_be_reached_is_shown_as_such_and_refused(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Any
) -> None:
    settings.STEP_UP_URL = ""
    want_factor_for_whole_number()
    page = browser_of_somebody.authorize(scope="openid phone")["Location"]
    shown = " ".join(browser_of_somebody.client.get(page).content.decode().split())
    assert 'value="full" disabled' in shown
    answer = browser_of_somebody.consent(page, **{"level-phone": "full"})
    assert answer.status_code == 400
    assert not Consent.objects.exists()


@pytest.mark.requirement("F52", "B08")
@pytest.mark.parametrize("approval", [Scope.Approval.STEP_UP, Scope.Approval.ALWAYS])
def test_an_app_itself_gets_no_scope_that_only_a_person_can_approve(server: None, approval: str) -> None:
    _, secret = create_client(name="Job", client_id="job", grant_types=["client_credentials"])
    fields = {"grant_type": "client_credentials", "scope": "write"}
    assert post(Client(), "/o/token/", basic=("job", secret), **fields).status_code == 200
    set_rule("write", approval)
    answer = post(Client(), "/o/token/", basic=("job", secret), **fields)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert "access_token" not in answer.json()
