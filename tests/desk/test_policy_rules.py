"""The table of the rules of who may have tokens, and the same rules met at every door."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, PolicyLevel, Scope
from custom_scopes_and_policies_app.policies.rules import OPEN, Decision, PolicyFacts, first_refusal
from custom_scopes_and_policies_app.scopes import forget_catalogue
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, decode, exchange, introspect, refresh

NONE: frozenset[str] = frozenset()
FIRST_ONLY = frozenset({1})
READ = frozenset({"openid", "read"})

TABLE: list[tuple[str, dict[str, Any], Decision]] = [
    ("nothing is amiss", {}, OPEN),
    ("the app is off", {"is_client_enabled": False}, Decision("client_disabled", "unauthorized_client")),
    ("the account is shut", {"is_account_active": False}, Decision("account_inactive", "access_denied")),
    (
        "the password has to be changed",
        {"must_change_password": True},
        Decision("password_change_required", "access_denied"),
    ),
    ("the sign-in has ended", {"has_session_ended": True}, Decision("session_ended", "login_required")),
    ("the sign-in is too old", {"has_session_expired": True}, Decision("session_expired", "login_required")),
    ("a country of many", {"country": "MN", "allowed_countries": frozenset({"MN", "KZ"})}, OPEN),
    (
        "a country that is not among them",
        {"country": "IE", "allowed_countries": frozenset({"MN", "KZ"})},
        Decision("country_not_allowed", "access_denied"),
    ),
    (
        "no country at all",
        {"allowed_countries": frozenset({"MN"})},
        Decision("country_not_allowed", "access_denied"),
    ),
    ("one group of several", {"groups": frozenset({2, 1}), "allowed_groups": frozenset({1, 3})}, OPEN),
    (
        "a group that is not among them",
        {"groups": frozenset({2}), "allowed_groups": FIRST_ONLY},
        Decision("group_not_allowed", "access_denied"),
    ),
    ("no group", {"allowed_groups": FIRST_ONLY}, Decision("group_not_allowed", "access_denied")),
    ("scopes the app may have", {"scopes": READ, "allowed_scopes": READ}, OPEN),
    (
        "a scope taken from the app",
        {"scopes": READ, "allowed_scopes": frozenset({"openid"})},
        Decision("scope_not_allowed", "invalid_scope"),
    ),
    ("enough assurance", {"acr": "aal2", "required_acr": "aal1"}, OPEN),
    (
        "too little assurance",
        {"acr": "aal1", "required_acr": "aal2"},
        Decision("assurance_too_low", "unmet_authentication_requirements"),
    ),
    (
        "an assurance nobody knows",
        {"acr": "aal2", "required_acr": "aal9"},
        Decision("assurance_too_low", "unmet_authentication_requirements"),
    ),
    (
        "the app's own troubles come first",
        {"is_client_enabled": False, "is_account_active": False},
        Decision("client_disabled", "unauthorized_client"),
    ),
    (
        "an app acting for itself has no account",
        {"is_about_person": False, "is_account_active": False, "required_acr": "aal2"},
        OPEN,
    ),
    (
        "an app acting for itself has its scopes",
        {"is_about_person": False, "scopes": READ},
        Decision("scope_not_allowed", "invalid_scope"),
    ),
]


@pytest.mark.requirement("B11", "F52")
@pytest.mark.parametrize(("sentence", "facts", "decision"), TABLE, ids=[row[0] for row in TABLE])
def test_the_rules_decide(sentence: str, facts: dict[str, Any], decision: Decision) -> None:
    assert first_refusal(PolicyFacts(**facts)) == decision


def limit_to_country(app: Application, country: str) -> None:
    app.allowed_countries = country
    app.save()


def join(person: User, app: Application, *names: str, member: bool) -> None:
    groups = [Group.objects.get_or_create(name=name)[0] for name in names]
    app.allowed_groups.set(groups)
    if member:
        person.groups.add(groups[0])


@pytest.mark.requirement("B11", "F52")
def test_an_app_for_other_countries_gets_nothing_and_does_not_learn_why(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    limit_to_country(app, "ie kz")
    answer = browser_of_somebody.response_parameters()
    assert answer["error"] == "access_denied"
    assert "code" not in answer
    assert "country" not in str(answer)
    assert OAuthTokenLog.objects.get(event="authorization.refused").reason == "country_not_allowed"
    limit_to_country(app, "ie MN")
    assert "access_token" in browser_of_somebody.tokens()


@pytest.mark.requirement("B11", "F52")
def test_an_app_for_one_group_is_for_its_members(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    join(somebody, app, "Editors", "Authors", member=False)
    assert browser_of_somebody.response_parameters()["error"] == "access_denied"
    assert OAuthTokenLog.objects.get(event="authorization.refused").reason == "group_not_allowed"
    join(somebody, app, "Editors", "Authors", member=True)
    assert "access_token" in browser_of_somebody.tokens()


@pytest.mark.requirement("B11", "F52")
def test_a_rule_that_comes_after_the_code_holds_at_its_redemption(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code()
    limit_to_country(app, "IE")
    answer = exchange(Client(), code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "country" not in answer.content.decode()
    assert OAuthTokenLog.objects.get(event="token.refused").reason == "country_not_allowed"


@pytest.mark.requirement("B11", "F52")
def test_a_member_who_leaves_the_group_is_not_refreshed(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User, api: tuple[str, str]
) -> None:
    join(somebody, app, "Editors", member=True)
    tokens = browser_of_somebody.tokens()
    somebody.groups.clear()
    answer = refresh(Client(), tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert introspect(Client(), tokens["refresh_token"], api) == {"active": False}
    assert OAuthTokenLog.objects.get(event="token.refused").reason == "group_not_allowed"


@pytest.mark.requirement("B07", "F52")
def test_a_scope_taken_from_the_app_is_gone_at_the_next_refresh(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens(scope="openid phone read")
    app.allowed_scopes = "openid phone"
    app.save()
    answer = refresh(Client(), tokens["refresh_token"]).json()
    assert answer["scope"].split() == ["openid", "phone"]
    assert decode(answer["access_token"])["scope"].split() == ["openid", "phone"]
    assert "read" not in decode(answer["access_token"])["policies"]
    refused = refresh(Client(), answer["refresh_token"], scope="openid read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    app.allowed_scopes = "write"
    app.save()
    nothing = refresh(Client(), answer["refresh_token"])
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_grant")
    assert OAuthTokenLog.objects.filter(event="token.refused", reason="scope_not_allowed").exists()


@pytest.mark.requirement("B11", "F52")
@pytest.mark.parametrize("who", ["app", "scope", "level"])
def test_more_assurance_wanted_since_is_wanted_at_the_next_refresh(
    browser_of_somebody: OAuthBrowser, app: Application, who: str
) -> None:
    tokens = browser_of_somebody.tokens()
    if who == "app":
        app.required_acr = "aal2"
        app.save()
    elif who == "scope":
        Scope.objects.filter(name="phone").update(required_acr="aal2")
    else:
        PolicyLevel.objects.filter(scope__name="phone", value="masked").update(required_acr="aal2")
    forget_catalogue()
    answer = refresh(Client(), tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert OAuthTokenLog.objects.get(event="token.refused").reason == "assurance_too_low"


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("B11")
def test_the_gate_costs_a_statement_only_for_apps_that_name_groups(somebody: User, app: Application) -> None:
    assert _statements_of_the_gate(somebody) == 0
    limit_to_country(app, "MN")
    assert _statements_of_the_gate(somebody) == 0
    join(somebody, app, "Editors", member=True)
    assert _statements_of_the_gate(somebody) == 1


def _statements_of_the_gate(user: User) -> int:
    client = find_client("notes")
    assert client is not None
    granted = {"openid": "", "phone": "masked"}
    account_may_receive_tokens(user=user, session=None, client=client, granted=granted)
    with CaptureQueriesContext(connection) as captured:
        decision = account_may_receive_tokens(user=user, session=None, client=client, granted=granted)
    assert decision.is_open
    return len(captured)
