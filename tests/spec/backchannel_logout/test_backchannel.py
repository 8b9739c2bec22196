"""Back-channel logout with an app's server over real HTTP: what it is told, how often, and when it is let be."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django import Settings

from accounts_app.models import User
from accounts_app.services import deactivate
from custom_scopes_and_policies_app import backchannel
from custom_scopes_and_policies_app.backchannel import deliver_due
from custom_scopes_and_policies_app.bearer import read_access_token
from custom_scopes_and_policies_app.id_tokens import read_id_token_hint
from custom_scopes_and_policies_app.models import Application, LogoutNotice
from jwt_app.signing import LOGOUT_TOKEN_TYPE, verify
from obligations_app.models import OAuthTokenLog
from tests.fake_app import GARBAGE, HANG, FakeApp
from tests.oauth import CALLBACK, OAuthBrowser
from tests.operators import sign_in_operator

pytestmark = [pytest.mark.requirement("I07", "feature:F13")]
State = LogoutNotice.State


@pytest.fixture
def operator(server: None) -> Client:
    return sign_in_operator(Client())


@pytest.fixture(autouse=True)
def worker(settings: Settings) -> None:
    """A worker delivers, and the test is the worker. Apps on this machine may be called in development only."""
    settings.MESSAGING_DELIVERY = "celery"
    settings.DEBUG = True


def sign_out(browser: OAuthBrowser) -> str:
    """Get tokens, sign out; the session's id."""
    browser.tokens()
    sid = str(browser.client.session["sid"])
    assert browser.client.post("/logout/").status_code == 303
    return sid


def notice() -> LogoutNotice:
    return LogoutNotice.objects.get()


def later(run: Callable[[], int], **wait: int) -> int:
    with time_machine.travel(timezone.now() + timedelta(**wait)):
        return run()


def test_oidcc_backchannel_logout_discovery_endpoint_verification(client: Client, server: None) -> None:
    document = client.get("/.well-known/openid-configuration").json()
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True


def test_oidcc_backchannel_rp_initiated_logout(
    browser_of_somebody: OAuthBrowser, somebody: User, told_app: Application, listener: FakeApp
) -> None:
    hint = browser_of_somebody.tokens()["id_token"]
    sid = browser_of_somebody.client.session["sid"]
    browser_of_somebody.client.get("/o/logout/", {"id_token_hint": hint})
    assert listener.received == [], "never within a request"
    assert deliver_due() == 1
    (form,) = listener.received
    assert set(form) == {"logout_token"}
    keys = KeySet.import_key_set(Client().get("/.well-known/jwks.json").json())
    token = jwt.decode(form["logout_token"], keys, algorithms=["RS256"])
    assert token.header["typ"] == "logout+jwt"
    claims = token.claims
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"}
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("http://testserver", "notes", str(somebody.sub))
    assert claims["sid"] == sid
    assert claims["exp"] - claims["iat"] <= 120
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert notice().state == State.DELIVERED
    assert OAuthTokenLog.objects.filter(event="logout.app_told", client_id="notes", sid=sid).count() == 1


def test_a_logout_token_passes_for_no_other_token(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp
) -> None:
    sign_out(browser_of_somebody)
    deliver_due()
    (token,) = listener.tokens
    assert verify(token, typ=LOGOUT_TOKEN_TYPE, audience="notes")
    assert read_access_token(token) is None
    assert read_id_token_hint(token) is None


def test_an_app_that_fails_twice_is_told_in_the_end_and_once(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp
) -> None:
    listener.script.extend([500, GARBAGE])
    sign_out(browser_of_somebody)
    assert deliver_due() == 1
    assert deliver_due() == 0, "not again at once"
    assert (notice().last_status, notice().last_error) == (500, "answered 500")
    assert later(deliver_due, seconds=10) == 1
    assert notice().last_error.startswith("no answer")
    assert later(deliver_due, seconds=40) == 1
    assert later(deliver_due, days=1) == 0
    assert (notice().state, notice().attempts) == (State.DELIVERED, 3)
    tokens = [verify(text, typ=LOGOUT_TOKEN_TYPE, allow_expired=True) for text in listener.tokens]
    assert len({claims["jti"] for claims in tokens}) == 3, "each attempt is signed anew"


@pytest.mark.parametrize("status", [400, 404])
def test_an_app_that_refuses_is_not_asked_again(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp, status: int
) -> None:
    listener.script.append(status)
    sign_out(browser_of_somebody)
    deliver_due()
    assert later(deliver_due, days=1) == 0
    assert (notice().state, notice().last_status) == (State.FAILED, status)
    (entry,) = OAuthTokenLog.objects.filter(event="logout.app_not_told")
    assert (entry.reason, entry.outcome) == (f"answered {status}", "refused")


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_an_app_that_says_when_is_asked_then(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp, as_date: bool
) -> None:
    listener.script.append(503)
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    listener.headers["Retry-After"] = when if as_date else "600"
    sign_out(browser_of_somebody)
    deliver_due()
    assert later(deliver_due, seconds=500) == 0
    assert later(deliver_due, seconds=700) == 1


@pytest.mark.requirement("E02")
def test_a_redirect_is_not_followed(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp
) -> None:
    listener.script.append(302)
    listener.headers["Location"] = listener.url
    sign_out(browser_of_somebody)
    deliver_due()
    assert len(listener.received) == 1
    assert notice().state == State.WAITING


def test_after_the_last_attempt_it_is_given_up_and_an_operator_can_try_again(
    browser_of_somebody: OAuthBrowser,
    told_app: Application,
    listener: FakeApp,
    settings: Settings,
    operator: Client,
) -> None:
    settings.BACKCHANNEL_LOGOUT_ATTEMPTS = 2
    listener.script.extend([500, 500])
    sign_out(browser_of_somebody)
    deliver_due()
    later(deliver_due, hours=1)
    assert notice().state == State.FAILED
    answer = operator.post(
        "/admin/custom_scopes_and_policies_app/logoutnotice/",
        {"action": "try_again", "_selected_action": [str(notice().pk)]},
    )
    assert answer.status_code == 302
    deliver_due()
    assert notice().state == State.DELIVERED


def test_one_app_that_hangs_does_not_hold_up_the_others(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp
) -> None:
    listener.script.append(HANG)
    sign_out(browser_of_somebody)
    waiting = LogoutNotice.objects.create(application=told_app, sid=uuid.uuid4(), sub=uuid.uuid4())
    started = datetime.now(UTC)
    assert deliver_due() == 1, "what else waits for the same app is put off with it"
    assert (datetime.now(UTC) - started).total_seconds() < 8
    waiting.refresh_from_db()
    assert waiting.next_attempt_at > timezone.now()
    assert waiting.attempts == 0


def test_apps_of_other_sessions_and_apps_that_do_not_ask_are_not_told(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp, server: None
) -> None:
    silent = Application.objects.create(
        name="Silent", client_id="silent", client_type="public", redirect_uris=CALLBACK, is_first_party=True
    )
    browser_of_somebody.code(client_id=silent.client_id)
    assert browser_of_somebody.client.post("/logout/").status_code == 303
    assert not LogoutNotice.objects.exists(), "the app was never given tokens in this session"


def test_a_session_that_does_not_end_tells_nobody(
    browser_of_somebody: OAuthBrowser, told_app: Application
) -> None:
    sid = sign_out(browser_of_somebody)
    assert LogoutNotice.objects.filter(sid=sid).count() == 1
    browser_of_somebody.client.post("/logout/")
    assert LogoutNotice.objects.count() == 1


def test_the_news_is_rolled_back_with_the_ending(
    browser_of_somebody: OAuthBrowser, somebody: User, told_app: Application
) -> None:
    browser_of_somebody.tokens()
    with transaction.atomic():
        deactivate(user=somebody)
        assert LogoutNotice.objects.count() == 1
        transaction.set_rollback(True)
    assert not LogoutNotice.objects.exists()


def test_disconnecting_an_app_tells_that_app_and_it_can_be_told_again(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp
) -> None:
    browser_of_somebody.tokens()
    path = f"/account/apps/{told_app.public_id}/disconnect/"
    assert browser_of_somebody.client.post(path).status_code == 303
    assert deliver_due() == 1
    sign_out(browser_of_somebody)
    assert deliver_due() == 1
    assert len(listener.received) == 2
    assert LogoutNotice.objects.count() == 1


@pytest.mark.requirement("E02")
def test_a_private_address_is_given_up_at_once(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp, settings: Settings
) -> None:
    settings.DEBUG = False
    sign_out(browser_of_somebody)
    deliver_due()
    assert notice().state == State.FAILED
    assert notice().last_error.startswith("address refused")
    assert listener.received == []


def test_inline_delivery_is_right_after_the_commit(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp, settings: Settings
) -> None:
    settings.MESSAGING_DELIVERY = "inline"
    sign_out(browser_of_somebody)
    assert notice().state == State.DELIVERED


def test_where_nobody_chose_a_thread_delivers_and_the_person_does_not_wait(
    browser_of_somebody: OAuthBrowser,
    told_app: Application,
    listener: FakeApp,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MESSAGING_DELIVERY, settings.CELERY_BROKER_URL = "", ""
    woken: list[str] = []
    monkeypatch.setattr(backchannel._relay, "wake", lambda: woken.append("woken"))
    sign_out(browser_of_somebody)
    assert woken == ["woken"]
    assert listener.received == []
