"""Policy levels on their way: chosen once, carried everywhere, lowered at the next refresh, raised by no request."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from custom_scopes_and_policies_app.models import (
    Application,
    Consent,
    Grant,
    PolicyLevel,
    RefreshToken,
    Scope,
)
from custom_scopes_and_policies_app.scopes import catalogue, forget_catalogue
from obligations_app.models import OAuthTokenLog
from tests.oauth import PHONE, OAuthBrowser, decode, exchange, introspect, refresh
from tests.ui.page import Page

SCOPES = ("openid", "profile", "phone", "read", "email", "write")
CHOSEN = {"profile": "first_name", "phone": "masked", "read": "summary", "email": "masked"}
THOROUGH = hypothesis_settings(max_examples=15)


def userinfo(tokens: dict[str, Any]) -> dict[str, Any]:
    answer = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.requirement("F50", "feature:F02")
def test_a_chosen_level_is_in_code_family_token_introspection_userinfo_and_record(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    chosen = {"level-phone": "full", "level-read": "everything"}
    tokens = browser_of_somebody.tokens(scope="openid profile phone read", consent=chosen)
    policies = {"profile": "first_name", "phone": "full", "read": "everything"}
    assert Grant.objects.get().policies == policies
    assert RefreshToken.objects.get().policies == policies
    assert decode(tokens["access_token"])["policies"] == policies
    assert decode(tokens["id_token"])["policies"] == policies
    assert introspect(Client(), tokens["access_token"], api)["policies"] == policies
    assert introspect(Client(), tokens["refresh_token"], api)["policies"] == policies
    assert OAuthTokenLog.objects.get(event="token.issued").policies == policies
    told = userinfo(tokens)
    assert (told["phone_number"], told["given_name"]) == (PHONE, "Oyun")
    assert "family_name" not in told


@pytest.mark.requirement("F50")
def test_the_limits_of_the_levels_go_to_resource_servers_and_not_into_the_token(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid phone read")
    for name in ("access_token", "refresh_token"):
        facts = introspect(Client(), tokens[name], api)
        assert facts["policy_limits"] == {"read": {"detail": "summary"}}
    assert "policy_limits" not in decode(tokens["access_token"])
    PolicyLevel.objects.filter(scope__name="read", value="summary").update(limits={"detail": "none"})
    forget_catalogue()
    facts = introspect(Client(), tokens["access_token"], api)
    assert facts["policy_limits"] == {"read": {"detail": "none"}}
    PolicyLevel.objects.filter(scope__name="read").update(limits={})
    forget_catalogue()
    assert "policy_limits" not in introspect(Client(), tokens["access_token"], api)


@pytest.mark.requirement("K02", "K03")
def test_a_lower_choice_on_the_page_lowers_what_other_devices_get_at_their_next_refresh(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid phone read", consent={"level-phone": "full"})
    browser_of_somebody.tokens(
        scope="openid phone read", prompt="consent", consent={"scope": ["phone"], "level-phone": "masked"}
    )
    answer = refresh(Client(), tokens["refresh_token"]).json()
    assert answer["scope"].split() == ["openid", "phone"]
    assert decode(answer["access_token"])["policies"] == {"phone": "masked"}
    assert userinfo(answer)["phone_number"] != PHONE
    assert OAuthTokenLog.objects.filter(event="token.narrowed").count() == 1


@pytest.mark.requirement("K02")
def test_a_higher_choice_on_the_page_raises_nothing_that_was_given_before(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid phone")
    browser_of_somebody.tokens(scope="openid phone", prompt="consent", consent={"level-phone": "full"})
    answer = refresh(Client(), tokens["refresh_token"]).json()
    assert decode(answer["access_token"])["policies"] == {"phone": "masked"}
    assert not OAuthTokenLog.objects.filter(event="token.narrowed").exists()


@pytest.mark.requirement("C14")
def test_staying_connected_taken_back_on_the_page_ends_what_stayed_connected(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid offline_access")
    online = browser_of_somebody.tokens(scope="openid")
    again = browser_of_somebody.tokens(
        scope="openid offline_access", prompt="consent", consent={"scope": ["openid"]}
    )
    assert "refresh_token" not in again
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    assert refresh(Client(), tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert introspect(Client(), online["access_token"], api)["active"] is True


@pytest.mark.requirement("K02", "K04")
@pytest.mark.parametrize(
    "tampered",
    [
        {"level-email": "full"},
        {"level-admin": "everything"},
        {"level-phone": ["masked", "full"]},
        {"shown": "another page"},
        {"shown": ""},
    ],
)
def test_an_answer_the_page_did_not_offer_is_refused(
    browser_of_somebody: OAuthBrowser, app: Application, tampered: dict[str, Any]
) -> None:
    page = browser_of_somebody.authorize()["Location"]
    answer = browser_of_somebody.consent(page, **tampered)
    assert answer.status_code == 400
    assert not Consent.objects.exists()


@pytest.mark.requirement("K04")
def test_a_scope_whose_meaning_changed_while_the_page_was_open_is_shown_anew(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    location = browser_of_somebody.authorize(scope="openid write")["Location"]
    browser = browser_of_somebody.client
    page = browser.get(location).content.decode()
    fields = dict(_hidden_fields(page)) | {"scope": ["openid", "write"], "decision": "allow"}
    write = Scope.objects.get(name="write")
    write.claims = ["address"]
    write.save()
    answer = browser.post("/o/consent/", fields)
    assert answer.status_code == 400
    assert not Consent.objects.exists()
    again = dict(_hidden_fields(answer.content.decode())) | {"scope": ["write"], "decision": "allow"}
    assert browser.post("/o/consent/", again).status_code == 303


def _hidden_fields(page: str) -> list[tuple[str, str]]:
    hidden = [field for field in Page(page).all("input") if field.get("type") == "hidden"]
    return [
        (field["name"], field["value"]) for field in hidden if field["name"] in {"request", "person", "shown"}
    ]


REQUESTS = st.fixed_dictionaries(
    {"scope": st.lists(st.sampled_from(SCOPES), min_size=1, max_size=8).map(" ".join)},
    optional={
        "claims": st.sampled_from(['{"userinfo":{"phone_number":{"essential":true}}}', "{}", "full"]),
        "acr_values": st.sampled_from(["aal1", "aal1 aal9", "phone:full"]),
        "policies": st.sampled_from(["full", '{"phone":"full"}', "phone=full"]),
        "level-phone": st.just("full"),
        "policy_level": st.just("everything"),
        "max_age": st.just("100000"),
        "ui_locales": st.just("en full"),
        "login_hint": st.just("full"),
    },
)


def rank(scope: str, level: str) -> int:
    found = catalogue()[scope].level(level)
    assert found is not None
    return found.rank


def assert_not_above(policies: dict[str, str]) -> None:
    for scope, level in policies.items():
        assert rank(scope, level) <= rank(scope, CHOSEN[scope]), (scope, level)


@pytest.mark.requirement("K02")
def test_no_request_parameter_raises_a_level(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    levels = {f"level-{scope}": level for scope, level in CHOSEN.items()}
    browser_of_somebody.code(scope=" ".join(SCOPES), consent=levels)

    @THOROUGH
    @given(
        parameters=REQUESTS, smaller=st.lists(st.sampled_from(SCOPES), max_size=4), is_widened=st.booleans()
    )
    def check(parameters: dict[str, Any], smaller: list[str], is_widened: bool) -> None:
        answer = browser_of_somebody.response_parameters(prompt="none", **parameters)
        if "code" not in answer:
            return
        tokens = exchange(Client(), answer["code"]).json()
        assert_not_above(decode(tokens["access_token"]).get("policies", {}))
        wanted = " ".join(smaller) or None
        refreshed = refresh(
            Client(), tokens["refresh_token"], scope=wanted, policies="full" if is_widened else None
        )
        if refreshed.status_code == 200:
            # Not `parameters`: a claim that was asked for brings the scope that releases it (ADR 0008).
            assert set(refreshed.json()["scope"].split()) <= set(tokens["scope"].split())
            assert_not_above(decode(refreshed.json()["access_token"]).get("policies", {}))
            assert userinfo_or_refusal(refreshed.json()) != PHONE

    check()


def userinfo_or_refusal(tokens: dict[str, Any]) -> str:
    """The number that userinfo tells; "" where it tells none."""
    answer = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    return str(answer.json().get("phone_number", ""))


ANSWERS = st.fixed_dictionaries(
    {"scope": st.lists(st.sampled_from([*SCOPES, "admin", ""]), max_size=5)},
    optional={
        f"level-{name}": st.sampled_from(["", "full", "masked", "everything", "FULL", "2"])
        for name in (*SCOPES, "admin", "openid ")
    },
)


@pytest.mark.requirement("K02", "K04")
def test_no_answer_gives_a_scope_or_level_that_was_not_shown_and_chosen(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    @THOROUGH
    @given(answer=ANSWERS)
    def check(answer: dict[str, Any]) -> None:
        Consent.objects.all().delete()
        page = browser_of_somebody.authorize(scope="openid phone")["Location"]
        reply = browser_of_somebody.consent(page, **answer)
        assert reply.status_code in {303, 400}
        consent = Consent.objects.first()
        if reply.status_code == 400:
            assert consent is None
        elif consent is not None:
            assert set(consent.scopes) <= {"openid", "phone"}
            assert consent.scopes.get("phone", "") in {"", answer.get("level-phone") or "masked"}

    check()
