"""No change without its row: where the record cannot be written, nothing happened; operators are no exception."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import deactivate
from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, Grant, RefreshToken
from limits_app.leases import lease
from limits_app.models import Lease
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, exchange, refresh
from tests.operators import sign_in_as

pytestmark = [pytest.mark.requirement("F60", "L01")]


class RecordIsAway(Exception):
    """What the record says when its disk is full."""


@contextmanager
def broken(name: str) -> Iterator[None]:
    """Within it, writing this event down fails after its row was written."""

    def fail(**kwargs: Any) -> None:
        raise RecordIsAway

    CATALOGUE[name].connect(fail)
    try:
        yield
    finally:
        CATALOGUE[name].disconnect(fail)


def rows(name: str) -> int:
    return OAuthTokenLog.objects.filter(event=name).count()


def test_a_code_is_not_spent_when_the_token_cannot_be_recorded(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code()
    browser = Client(raise_request_exception=False)
    with broken("token.issued"):
        assert exchange(browser, code).status_code >= 500
    assert not RefreshToken.objects.exists()
    assert Grant.objects.get().consumed_at is None
    assert rows("token.issued") == 0
    tokens = exchange(browser, code).json()
    assert rows("token.issued") == 1
    with broken("token.refreshed"):
        assert refresh(browser, tokens["refresh_token"]).status_code >= 500
    assert rows("token.refreshed") == 0
    assert refresh(browser, tokens["refresh_token"]).status_code == 200
    assert rows("token.refreshed") == 1


def test_an_account_stays_open_when_shutting_it_cannot_be_recorded(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    for name in ("session.ended", "person.deactivated"):
        with broken(name), pytest.raises(RecordIsAway):
            deactivate(user=somebody, caller=None)
        somebody.refresh_from_db()
        assert somebody.is_active
        assert SsoSession.objects.filter(ended_at__isnull=True).count() == 1
        assert rows("session.ended") + rows("person.deactivated") == 0


@pytest.mark.requirement("F61")
def test_what_an_operator_does_in_the_admin_is_on_record_or_not_done(
    client: Client, app: Application
) -> None:
    operator = User.objects.create(phone="+97688112233", is_staff=True, is_superuser=True)
    sign_in_as(client, operator)
    client.raise_request_exception = False
    url = reverse("admin:custom_scopes_and_policies_app_application_delete", args=[app.pk])
    with broken("operator.acted"):
        assert client.post(url, {"post": "yes"}).status_code == 500
    assert Application.objects.filter(pk=app.pk).exists()
    assert rows("client.deleted") + rows("operator.acted") == 0
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert not Application.objects.filter(pk=app.pk).exists()
    assert rows("client.deleted") == 1
    entry = OAuthTokenLog.objects.get(event="operator.acted")
    assert entry.user_id == operator.pk
    assert entry.subject == f"custom_scopes_and_policies_app.application {app.pk}"
    assert entry.reason == "deleted"
    assert entry.ip == "127.0.0.1"
    assert entry.request_id == OAuthTokenLog.objects.get(event="client.deleted").request_id


@pytest.mark.requirement("F61", "L05")
def test_removing_several_at_once_is_on_record_one_by_one_or_not_done(client: Client, server: None) -> None:
    operator = User.objects.create(phone="+97688112233", is_staff=True, is_superuser=True)
    sign_in_as(client, operator)
    client.raise_request_exception = False
    apps = [create_client(name=name, client_id=name, scopes="read")[0] for name in ("one", "two")]
    url = reverse("admin:custom_scopes_and_policies_app_application_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [app.pk for app in apps]}
    assert client.post(url, chosen).status_code == 200, "the page that asks first"
    assert rows("operator.acted") == 0
    with broken("operator.acted"):
        assert client.post(url, {**chosen, "post": "yes"}).status_code == 500
    assert Application.objects.filter(client_id__in=["one", "two"]).count() == 2
    assert rows("client.deleted") + rows("operator.acted") == 0
    assert client.post(url, {**chosen, "post": "yes"}).status_code == 302
    assert not Application.objects.filter(client_id__in=["one", "two"]).exists()
    told = OAuthTokenLog.objects.filter(event="operator.acted", user_id=operator.pk, ip="127.0.0.1")
    assert {entry.subject for entry in told} == {
        f"custom_scopes_and_policies_app.application {app.pk}" for app in apps
    }
    assert told.count() == rows("client.deleted") == 2


@pytest.mark.django_db
@pytest.mark.requirement("R22")
def test_one_clean_up_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    OAuthTokenLog.objects.create(event="x", outcome="success", at=timezone.now() - timedelta(days=500))
    with lease("cleanup", seconds=120) as first, lease("cleanup", seconds=120) as second:
        assert (first, second) == (True, False)
        call_command("cleanup")
        assert "Another clean-up is under way" in capsys.readouterr().out
        assert rows("x") == 1
    call_command("cleanup")
    assert rows("x") == 0


@pytest.mark.django_db
@pytest.mark.requirement("R22")
def test_who_died_at_it_is_not_waited_for_for_ever() -> None:
    Lease.objects.create(name="cleanup", holder="dead", until=timezone.now() + timedelta(seconds=60))
    with lease("cleanup", seconds=60) as taken:
        assert not taken
    with time_machine.travel(timezone.now() + timedelta(seconds=61)), lease("cleanup", seconds=60) as taken:
        assert taken
