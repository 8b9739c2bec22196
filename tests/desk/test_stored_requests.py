"""Requests that wait for a person: in one browser, once, whatever becomes of the cache."""

from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, Grant, StoredRequest
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, exchange, request_parameters

NO_CACHE = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.1, "SOCKET_TIMEOUT": 0.1},
    }
}


@pytest.fixture
def no_cache(settings: Settings) -> None:
    """Every use of the cache fails, as it does when Redis has gone."""
    settings.CACHES = NO_CACHE


def walk(browser: OAuthBrowser, answer: Any) -> str:
    """From an answer of the authorization endpoint, by way of log-in and consent, to the code."""
    for _ in range(6):
        location = answer["Location"]
        if location.startswith("/login/"):
            assert browser.client.get(location).status_code == 200
            answer = browser.client.post(location, {"phone": PHONE, "password": PASSWORD})
        elif location.startswith("/o/consent/"):
            answer = browser.consent(location)
        elif location.startswith("/"):
            answer = browser.client.get(location)
        else:
            return str(parse_qs(urlsplit(location).query)["code"][0])
        assert answer.status_code == 303, answer.content.decode()
    raise AssertionError("the way to the app does not end")


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("A14", "R01")
def test_a_sign_in_goes_through_without_a_cache(
    stranger: OAuthBrowser, app: Application, somebody: User, no_cache: None
) -> None:
    code = walk(stranger, stranger.authorize())
    assert exchange(Client(), code).status_code == 200


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("A14", "R01")
def test_a_sign_in_under_way_survives_a_cache_that_goes(
    stranger: OAuthBrowser, app: Application, somebody: User, settings: Settings
) -> None:
    begun = stranger.authorize()
    settings.CACHES = NO_CACHE
    assert exchange(Client(), walk(stranger, begun)).status_code == 200


@pytest.mark.requirement("A14", "R01")
def test_a_request_is_used_once_without_a_cache_too(
    browser_of_somebody: OAuthBrowser, app: Application, no_cache: None
) -> None:
    resumed = browser_of_somebody.consent(browser_of_somebody.authorize()["Location"])["Location"]
    assert "code=" in browser_of_somebody.client.get(resumed)["Location"]
    again = browser_of_somebody.client.get(resumed)
    assert again.status_code == 400
    assert "Location" not in again
    assert Grant.objects.count() == 1
    assert not StoredRequest.objects.exists()


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("A12")
def test_two_tabs_opened_at_once_in_a_new_browser_both_arrive(app: Application, somebody: User) -> None:
    first, second, browser = Client(), Client(), OAuthBrowser(Client())
    answers = [
        tab.get("/o/authorize/", request_parameters(state=f"tab-{tab is second}")) for tab in (first, second)
    ]
    for tab in (first, second):
        # One browser: what the later answer sets overwrites what the earlier one set under the same name.
        browser.client.cookies.update(tab.cookies)
    assert exchange(Client(), walk(browser, answers[0])).status_code == 200
    assert exchange(Client(), walk(browser, answers[1])).status_code == 200


@pytest.mark.requirement("A12")
def test_a_request_of_another_browser_is_not_resumed(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    thief = Client()
    thief.get("/o/authorize/", request_parameters())
    for path in ("/o/consent/", "/o/authorize/"):
        answer = thief.get(path, {"request": parse_qs(urlsplit(location).query)["request"][0]})
        assert answer.status_code == 400
        assert "Location" not in answer
        assert b"Notes" not in answer.content
    assert StoredRequest.objects.count() == 2


@pytest.mark.requirement("A14")
@pytest.mark.parametrize("request_id", ["", "x", "x" * 32, "x" * 9000, "\x00" * 32, "../../etc", "é" * 32])
def test_an_invented_id_leads_nowhere(app: Application, stranger: OAuthBrowser, request_id: str) -> None:
    answer = stranger.client.get("/o/authorize/", {"request": request_id})
    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("A14")
@pytest.mark.parametrize("field", ["sealed", "binding"])
def test_a_row_changed_in_the_database_is_not_believed(
    browser_of_somebody: OAuthBrowser, app: Application, field: str
) -> None:
    first, second = browser_of_somebody.authorize(), OAuthBrowser(Client()).authorize(state="other")
    theirs = StoredRequest.objects.get(pk=parse_qs(second["Location"])["/login/?next"][0].rpartition("=")[2])
    mine = StoredRequest.objects.exclude(pk=theirs.pk)
    if field == "sealed":
        mine.update(sealed=theirs.sealed)
    else:
        StoredRequest.objects.filter(pk=theirs.pk).update(binding=mine.get().binding)
    victim = first["Location"] if field == "sealed" else f"/o/consent/?request={theirs.pk}"
    answer = browser_of_somebody.client.get(victim)
    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("A14")
def test_what_the_app_sent_is_not_readable_in_the_database(stranger: OAuthBrowser, app: Application) -> None:
    stranger.authorize(login_hint=PHONE, state="secret-state", nonce="secret-nonce")
    row = str(StoredRequest.objects.values().get())
    for text in (PHONE, PHONE.removeprefix("+976"), "secret-state", "secret-nonce"):
        assert text not in row


def test_a_request_waits_an_hour_and_is_then_forgotten(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1), tick=False):
        assert browser_of_somebody.client.get(location).status_code == 400
        browser_of_somebody.authorize()
        said = StringIO()
        call_command("cleanup", stdout=said)
    assert "       1 authorization requests" in said.getvalue()
    assert StoredRequest.objects.count() == 1


def test_a_refused_request_is_over(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    location = browser_of_somebody.authorize()["Location"]
    User.objects.filter(pk=somebody.pk).update(must_change_password=True)
    refused = browser_of_somebody.client.get(location.replace("/o/consent/", "/o/authorize/"))
    assert "error=access_denied" in refused["Location"]
    assert not StoredRequest.objects.exists()


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("K05")
def test_forms_may_lead_to_every_app_that_waits_and_to_no_other(
    stranger: OAuthBrowser, app: Application, somebody: User
) -> None:
    login = stranger.authorize()["Location"]
    assert "form-action 'self' https://notes.example" in stranger.client.get(login)["Content-Security-Policy"]
    walk(stranger, stranger.authorize())
    StoredRequest.objects.all().delete()
    assert "notes.example" not in stranger.client.get("/account/")["Content-Security-Policy"]


@pytest.mark.usefixtures("standing_still")
def test_a_request_with_stored_consent_costs_four_statements(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code()
    browser_of_somebody.code()
    with CaptureQueriesContext(connection) as queries:
        answer = browser_of_somebody.authorize(
            prompt="none", claims='{"id_token":{"phone_number":null}}', ui_locales="mn", acr_values="aal1"
        )
    assert "code=" in answer["Location"]
    control = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
    statements = [query["sql"] for query in queries if not query["sql"].startswith(control)]
    assert len(statements) <= 4, statements
