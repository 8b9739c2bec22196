"""What every engine of the token store does alike: one winner, one row of the record, or nothing at all."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core_app.caller import Caller
from custom_scopes_and_policies_app import token_store
from custom_scopes_and_policies_app.clients import create_client, find_client
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, Grant, RefreshToken
from custom_scopes_and_policies_app.plan import TokenPlan, Write, plan_code_redemption, plan_refresh
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, exchange, post, refresh
from tests.spec.rfc8628.devices import DEVICE_CODE, Television, decide

pytestmark = [pytest.mark.requirement("F70", "B01", "C03", "L01"), pytest.mark.usefixtures("engine")]
SCOPES = "openid profile phone offline_access"
CALLER = Caller("203.0.113.7", "a device", "r-1")


def log(event: str) -> list[OAuthTokenLog]:
    return list(OAuthTokenLog.objects.filter(event=event).order_by("pk"))


def code_plan(code: str) -> TokenPlan:
    client, grant = find_client("notes"), token_store.find_grant(code)
    assert client is not None
    assert grant is not None
    return plan_code_redemption(grant=grant, client=client, now=timezone.now())


def rotation() -> TokenPlan:
    """A refresh that has been judged and is about to be written."""
    client, family = find_client("notes"), token_store.find_family(RefreshToken.objects.get().pk)
    assert client is not None
    assert family is not None
    family.generation += 1
    return plan_refresh(
        family=family, scopes=("openid",), write=Write.ROTATE, client=client, now=timezone.now()
    )


def test_a_code_becomes_a_family_and_a_row_and_is_used_up(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code(scope=SCOPES)
    assert [entry.grant_type for entry in log("code.issued")] == ["authorization_code"]
    assert exchange(Client(), code).status_code == 200
    (family,), (entry,), grant = RefreshToken.objects.all(), log("token.issued"), Grant.objects.get()
    assert (grant.family, entry.family, entry.sid) == (family.pk, family.pk, family.session_id)
    assert grant.consumed_at is not None
    assert entry.jti.startswith(str(family.pk))
    assert (family.generation, family.revoked_at, family.rotated_at) == (0, None, None)
    assert (family.session_id, family.acr, family.amr) == (grant.session_id, grant.acr, grant.amr)
    assert family.granted == grant.granted
    assert (family.claims, family.resource, family.has_refresh_token) == ({}, [], True)
    assert len(family.seed) == 32


def test_what_is_read_is_what_was_written(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    code = browser_of_somebody.code(scope=SCOPES)
    grant, stored = token_store.find_grant(code), Grant.objects.get()
    assert grant is not None
    assert model_values(grant) == model_values(stored)
    assert model_values(grant.user, "password") == model_values(stored.user, "password")
    assert grant.session is not None
    assert model_values(grant.session) == model_values(stored.session)
    assert grant.consented == grant.granted
    exchange(Client(), code)
    written = RefreshToken.objects.get()
    family = token_store.find_family(written.pk)
    assert family is not None
    assert model_values(family, "seed") == model_values(written, "seed")
    assert bytes(family.seed) == bytes(written.seed)
    assert (family.application.client_id, family.user, family.session) == (
        "notes",
        stored.user,
        stored.session,
    )
    assert token_store.find_grant("unknown") is None
    assert token_store.find_family(uuid.uuid4()) is None


def test_a_person_who_is_read_with_a_code_has_every_field(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    grant = token_store.find_grant(browser_of_somebody.code())
    assert grant is not None
    assert grant.user.has_usable_password()
    assert grant.user.phone == Grant.objects.get().user.phone


def test_of_two_redemptions_that_were_both_allowed_one_wins(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code()
    first, second = code_plan(code), code_plan(code)
    token_store.write(first, caller=CALLER, now=timezone.now())
    with pytest.raises(token_store.LostRace):
        token_store.write(second, caller=CALLER, now=timezone.now())
    assert first.family is not None
    assert RefreshToken.objects.get().pk == first.family.pk
    assert len(log("token.issued")) == 1


def test_a_code_that_failed_too_often_meanwhile_gives_nothing(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    plan = code_plan(browser_of_somebody.code())
    Grant.objects.update(failures=conf.AUTHORIZATION_CODE_FAILURES)
    with pytest.raises(token_store.LostRace):
        token_store.write(plan, caller=CALLER, now=timezone.now())
    assert not RefreshToken.objects.exists()
    assert Grant.objects.get().consumed_at is None
    assert log("token.issued") == []


def test_the_session_that_ends_first_takes_the_code_with_it(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    plan = code_plan(browser_of_somebody.code())
    browser_of_somebody.client.post("/logout/")
    assert SsoSession.objects.get().ended_at is not None
    with pytest.raises(token_store.LostRace):
        token_store.write(plan, caller=CALLER, now=timezone.now())
    assert not RefreshToken.objects.exists()
    assert log("token.issued") == []


def test_a_device_gets_one_family(browser_of_somebody: OAuthBrowser, server: None) -> None:
    create_client(name="Telly", client_id="tv", is_public=True, grant_types=[DEVICE_CODE, "refresh_token"])
    tv = Television()
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    assert tv.poll().status_code == 200
    device, (entry,) = DeviceAuthorization.objects.get(), log("token.issued")
    assert (device.state, device.family) == (
        DeviceAuthorization.State.REDEEMED,
        RefreshToken.objects.get().pk,
    )
    assert (entry.family, entry.grant_type) == (device.family, DEVICE_CODE)
    assert tv.poll().json()["error"] == "invalid_grant"
    assert len(log("token.issued")) == 1


def test_an_app_itself_gets_a_row_and_nothing_else(server: None) -> None:
    _, secret = create_client(name="Robot", client_id="robot", scopes="read write")
    answer = post(Client(), "/o/token/", grant_type="client_credentials", basic=("robot", secret))
    assert answer.status_code == 200
    (entry,) = log("token.issued")
    assert (entry.user_id, entry.family, entry.sid) == (None, None, None)
    assert (entry.client_id, entry.grant_type) == ("robot", "client_credentials")
    assert not RefreshToken.objects.exists()


@pytest.mark.requirement("C04")
def test_a_rotation_moves_the_family_and_its_loser_gets_the_same_successor(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.tokens(scope=SCOPES)
    first, second = rotation(), rotation()
    now = timezone.now()
    token_store.write(first, caller=CALLER, now=now)
    token_store.write(second, caller=CALLER, now=now)
    family = RefreshToken.objects.get()
    assert (family.generation, family.rotated_at) == (1, now)
    assert family.idle_expires_at == now + timedelta(seconds=conf.REFRESH_TOKEN_IDLE_SECONDS)
    assert [entry.reason for entry in log("token.refreshed")] == ["", "repeated"]
    assert [entry.jti for entry in log("token.refreshed")] == [first.jti, second.jti]


def test_a_strict_app_gets_a_successor_once(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    Application.objects.filter(pk=app.pk).update(strict_refresh=True)
    browser_of_somebody.tokens(scope=SCOPES)
    first, second = rotation(), rotation()
    token_store.write(first, caller=CALLER, now=timezone.now())
    with pytest.raises(token_store.LostRace):
        token_store.write(second, caller=CALLER, now=timezone.now())
    assert [entry.reason for entry in log("token.refreshed")] == [""]


@pytest.mark.requirement("C04")
def test_a_repetition_ends_with_the_grace(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    old = browser_of_somebody.tokens(scope=SCOPES)["refresh_token"]
    successor = refresh(Client(), old).json()["refresh_token"]
    assert refresh(Client(), old).json()["refresh_token"] == successor
    late = rotation()
    late.family.generation -= 1  # type: ignore[union-attr]
    late.write = Write.REPEAT
    after = timezone.now() + timedelta(seconds=conf.REFRESH_REPEAT_SECONDS + 1)
    with pytest.raises(token_store.LostRace):
        token_store.write(late, caller=CALLER, now=after)
    with time_machine.travel(after, tick=False):
        assert refresh(Client(), old).json()["error"] == "invalid_grant"
    assert RefreshToken.objects.get().revoke_reason == RefreshToken.RevokeReason.REUSED
    assert [entry.reason for entry in log("token.refreshed")] == ["", "repeated"]
    assert len(log("refresh.reused")) == 1


def test_a_family_that_was_revoked_meanwhile_does_not_move(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens(scope=SCOPES)
    plan = rotation()
    post(Client(), "/o/revoke_token/", client_id="notes", token=tokens["refresh_token"])
    with pytest.raises(token_store.LostRace):
        token_store.write(plan, caller=CALLER, now=timezone.now())
    assert RefreshToken.objects.get().generation == 0
    assert log("token.refreshed") == []
    assert len(log("token.revoked")) == 1


def test_a_family_that_was_not_used_for_long_is_over(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    token = browser_of_somebody.tokens(scope=SCOPES)["refresh_token"]
    Application.objects.update(refresh_token_idle=60)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert refresh(Client(), token).json()["error"] == "invalid_grant"
    assert log("token.refreshed") == []
    assert RefreshToken.objects.get().generation == 0


def model_values(row: Any, *without: str) -> dict[str, Any]:
    """Every stored field of an object, by name."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in without
    }
