"""Switching an app off ends what it holds at once; deleting it says what goes."""

import pytest
from django.test import Client

from custom_scopes_and_policies_app.models import Application, Consent, Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
from tests.clients.conftest import APPS, Operator
from tests.oauth import OAuthBrowser, exchange, introspect, post, refresh


@pytest.mark.requirement("feature:F10")
def test_an_app_switched_off_is_refused_everywhere_at_once_and_for_good(
    operator: Operator, browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    http = Client()
    tokens, code = browser_of_somebody.tokens(), browser_of_somebody.code()
    page = operator.http.get(f"{APPS}{app.pk}/switch/")
    assert "its 1 connection ends" in page.content.decode()
    operator.http.post(f"{APPS}{app.pk}/switch/", {"to": "off"})
    assert introspect(http, tokens["access_token"], api) == {"active": False}
    assert refresh(http, tokens["refresh_token"]).json()["error"] == "invalid_client"
    assert exchange(http, code).json()["error"] == "invalid_client"
    assert browser_of_somebody.authorize().status_code == 400
    operator.http.post(f"{APPS}{app.pk}/switch/", {"to": "on"})
    assert introspect(http, tokens["access_token"], api) == {"active": False}
    assert refresh(http, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert exchange(http, code).json()["error"] == "invalid_grant"
    assert exchange(http, browser_of_somebody.code()).status_code == 200
    events = OAuthTokenLog.objects.filter(event__in=["client.disabled", "client.enabled", "token.revoked"])
    assert sorted(events.values_list("event", flat=True)) == [
        "client.disabled", "client.enabled", "token.revoked",
    ]  # fmt: skip


def test_switching_off_twice_is_recorded_once(operator: Operator, app: Application) -> None:
    for _ in range(2):
        operator.action("disable_selected", app)
    assert not Application.objects.get().is_enabled
    assert OAuthTokenLog.objects.filter(event="client.disabled").count() == 1
    operator.action("enable_selected", app)
    assert Application.objects.get().is_enabled


def test_saving_an_older_form_does_not_switch_the_app_on_again(operator: Operator, app: Application) -> None:
    operator.action("disable_selected", app)
    operator.change(app, is_enabled="on")
    assert not Application.objects.get().is_enabled


@pytest.mark.requirement("feature:F10")
def test_deleting_an_app_says_what_goes_and_ends_it(
    operator: Operator, browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    tokens = browser_of_somebody.tokens()
    browser_of_somebody.code()
    page = operator.http.get(f"{APPS}{app.pk}/delete/")
    text = page.content.decode()
    assert "Consents of people: 1" in text
    assert "Connections that end: 1" in text
    assert Application.objects.filter(client_id="notes").exists()
    operator.http.post(f"{APPS}{app.pk}/delete/", {"post": "yes"})
    assert not Application.objects.filter(client_id="notes").exists()
    assert not RefreshToken.objects.exists()
    assert not Grant.objects.exists()
    assert not Consent.objects.exists()
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    assert refresh(Client(), tokens["refresh_token"]).json()["error"] == "invalid_client"
    assert OAuthTokenLog.objects.get(event="client.deleted").subject == "Notes"


def test_deleting_several_apps_records_each(operator: Operator, app: Application) -> None:
    other = post(Client(), "/o/token/", grant_type="client_credentials")
    assert other.status_code == 401
    answer = operator.http.post(
        APPS, {"action": "delete_selected", "_selected_action": [app.pk], "post": "yes"}
    )
    assert answer.status_code == 302
    assert OAuthTokenLog.objects.filter(event="client.deleted").count() == 1
