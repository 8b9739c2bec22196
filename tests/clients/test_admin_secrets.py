"""Secrets of an app in the admin: shown in one answer, kept as digests, several at a time, ended one by one."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from custom_scopes_and_policies_app.clients import create_client, forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from tests.clients.conftest import APPS, Operator
from tests.oauth import CALLBACK, post


def shown_secret(answer: Any) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r"<dt>client_secret</dt>\s*<dd>\s*<code>([\w-]{43})</code>", answer.content.decode())
    assert found is not None
    return found[1]


def status_with(secret: str, client_id: str = "job") -> int:
    answer = post(Client(), "/o/token/", basic=(client_id, secret), grant_type="client_credentials")
    return int(answer.status_code)


@pytest.fixture
def job(server: None) -> tuple[Application, str]:
    return create_client(name="Job", client_id="job", scopes="read")


@pytest.mark.requirement("E04", "B06", "feature:F10")
def test_the_secret_of_a_new_app_is_in_one_answer_and_nowhere_else(operator: Operator) -> None:
    answer = operator.add("machine", name="Job", client_id="job")
    secret = shown_secret(answer)
    assert status_with(secret) == 200
    for cookie in operator.http.cookies.values():
        assert secret not in cookie.value
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert secret not in str(kept)
    assert secret not in str(list(Application.objects.values()) + list(OAuthTokenLog.objects.values()))
    app = Application.objects.get()
    for url in (APPS, f"{APPS}{app.pk}/change/", f"{APPS}{app.pk}/secrets/", f"{APPS}{app.pk}/history/"):
        page = operator.http.get(url)
        assert page.status_code == 200
        assert secret not in page.content.decode()
        assert app.client_secrets[0]["digest"] not in page.content.decode()


@pytest.mark.requirement("E04", "feature:F10")
def test_a_second_secret_lets_an_app_change_over_without_an_outage(
    operator: Operator, job: tuple[Application, str]
) -> None:
    app, old = job
    new = shown_secret(operator.secrets(app, do="add", newest=app.client_secrets[-1]["id"]))
    assert (status_with(old), status_with(new)) == (200, 200)
    operator.secrets(app, do="remove", secret=app.client_secrets[0]["id"])
    assert (status_with(old), status_with(new)) == (401, 200)
    events = OAuthTokenLog.objects.filter(client_id="job", event__startswith="client.secret")
    assert sorted(events.values_list("event", "reason", "subject")) == [
        ("client.secret_added", "", new[-4:]),
        ("client.secret_ended", "removed", old[-4:]),
    ]


@pytest.mark.requirement("feature:F10")
def test_a_secret_ends_at_the_set_time_and_can_be_kept_after_all(
    operator: Operator, job: tuple[Application, str]
) -> None:
    app, secret = job
    secret_id = app.client_secrets[0]["id"]
    operator.secrets(app, do="end", secret=secret_id, after="3600")
    assert status_with(secret) == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        assert status_with(secret) == 401
    operator.secrets(app, do="keep", secret=secret_id)
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        forget_cached_clients()
        assert status_with(secret) == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "add", "newest": "another"},
        {"do": "remove", "secret": "another"},
        {"do": "end", "secret": "another", "after": "3600"},
        {"do": "end", "after": "soon"},
        {"do": "end", "after": "1"},
        {"do": "nonsense"},
    ],
)
def test_a_page_of_secrets_that_is_out_of_date_changes_nothing(
    operator: Operator, job: tuple[Application, str], fields: dict[str, str]
) -> None:
    app, secret = job
    answer = operator.secrets(app, **fields)
    assert answer.status_code == 302
    assert Application.objects.get().client_secrets == app.client_secrets
    assert status_with(secret) == 200
    assert not OAuthTokenLog.objects.filter(event__startswith="client.secret").exists()


@pytest.mark.requirement("B05", "feature:F10")
def test_an_app_that_becomes_public_loses_its_secrets_and_back_gets_a_new_one(operator: Operator) -> None:
    app, old = create_client(name="Notes", client_id="notes", redirect_uris=[CALLBACK])
    answer = operator.change(app, token_endpoint_auth_method="none")
    assert answer.status_code == 302
    app.refresh_from_db()
    assert (app.client_type, app.client_secrets) == ("public", [])
    assert OAuthTokenLog.objects.get(event="client.secret_ended").reason == "public_now"
    assert operator.secrets(app).status_code == 404
    new = shown_secret(operator.change(app, token_endpoint_auth_method="client_secret_post"))
    app.refresh_from_db()
    assert app.client_type == "confidential"
    assert [entry["hint"] for entry in app.client_secrets] == [new[-4:]]
    assert old != new


@pytest.mark.requirement("L05")
def test_whoever_may_only_look_sees_no_secrets_and_makes_none(
    operator: Operator, job: tuple[Application, str]
) -> None:
    app, _ = job
    stranger = Client()
    for answer in (stranger.get(f"{APPS}{app.pk}/secrets/"), stranger.post(f"{APPS}{app.pk}/secrets/")):
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]
    assert Application.objects.get().client_secrets == app.client_secrets
