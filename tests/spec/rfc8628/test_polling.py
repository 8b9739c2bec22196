"""RFC 8628 §3.4 and §3.5: what a device is told while it polls, and what it gets in the end."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, decode, introspect, refresh
from tests.spec.rfc8628.devices import DEVICE_CODE, Television, decide

pytestmark = pytest.mark.requirement("feature:F04")


def after(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


@pytest.mark.requirement("B08")
def test_a_device_waits_until_its_person_has_decided(tv: Television) -> None:
    tv.ask()
    answer = tv.poll()
    assert answer.status_code == 400
    assert answer.json()["error"] == "authorization_pending"
    assert answer["Cache-Control"] == "no-store"
    with after(5):
        assert tv.error() == "authorization_pending"
    assert not OAuthTokenLog.objects.filter(event="token.refused").exists()


def test_polling_too_fast_makes_the_interval_five_seconds_longer(tv: Television) -> None:
    tv.ask()
    now = timezone.now()
    steps = [
        (0, "authorization_pending"),
        (4.9, "slow_down"),  # from now on 10 s
        (14.8, "slow_down"),  # from now on 15 s
        (29.8, "authorization_pending"),
        (44.8, "authorization_pending"),
    ]
    for seconds, error in steps:
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            assert tv.error() == error, seconds
    assert DeviceAuthorization.objects.get().interval == 15
    assert OAuthTokenLog.objects.filter(event="token.refused", reason="slow_down").count() == 2


def test_a_device_in_a_tight_loop_can_still_come_back_in_time(
    tv: Television, browser_of_somebody: OAuthBrowser
) -> None:
    tv.ask()
    assert {tv.error() for _ in range(60)} == {"authorization_pending", "slow_down"}
    assert DeviceAuthorization.objects.get().interval == 120
    decide(browser_of_somebody, tv.codes["user_code"])
    assert tv.poll().status_code == 200


@pytest.mark.requirement("D08")
def test_tokens_are_those_of_the_person_and_session_that_approved(
    tv: Television, browser_of_somebody: OAuthBrowser, somebody: User, api: tuple[str, str]
) -> None:
    tv.ask(scope="openid profile phone")
    page = decide(browser_of_somebody, tv.codes["user_code"], scope=["openid", "profile"])
    assert "You can go back to your device" in page.content.decode()
    answer = tv.poll()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert tokens["scope"] == "openid profile"
    session = SsoSession.objects.get()
    for claims in (decode(tokens["access_token"]), decode(tokens["id_token"])):
        assert claims["sub"] == str(somebody.sub)
        assert claims["sid"] == str(session.sid)
        assert claims["acr"] == session.acr
        assert claims["amr"] == session.amr
        assert claims["auth_time"] == int(session.auth_time.timestamp())
        assert "nonce" not in claims
    assert decode(tokens["access_token"])["policies"] == {"profile": "first_name"}
    assert introspect(tv.http, tokens["access_token"], api)["active"] is True
    renewed = refresh(tv.http, tokens["refresh_token"], client_id="tv")
    assert renewed.status_code == 200
    events = (
        OAuthTokenLog.objects.exclude(event="device.new")
        .filter(event__startswith="device.")
        .values_list("event", flat=True)
    )
    assert sorted(events) == ["device.approved", "device.requested"]
    issued = OAuthTokenLog.objects.get(event="token.issued")
    assert (issued.grant_type, issued.client_id, issued.user_id) == (DEVICE_CODE, "tv", somebody.pk)


def test_staying_connected_can_be_declined(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    tv.ask(scope="openid offline_access")
    decide(browser_of_somebody, tv.codes["user_code"], scope=["openid"])
    assert "refresh_token" not in tv.poll().json()


def test_a_request_without_openid_gets_no_id_token(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    tv.ask(scope="profile")
    decide(browser_of_somebody, tv.codes["user_code"])
    tokens = tv.poll().json()
    assert tokens["scope"] == "profile"
    assert "id_token" not in tokens


def test_a_denied_device_is_told_so(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    tv.ask()
    page = decide(browser_of_somebody, tv.codes["user_code"], decision="deny")
    assert "The device was not connected" in page.content.decode()
    assert tv.error() == "access_denied"
    assert tv.error() == "access_denied"
    assert OAuthTokenLog.objects.get(event="device.denied").reason == "denied_by_person"
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize("is_approved", [False, True])
def test_codes_end_after_their_time(
    tv: Television, browser_of_somebody: OAuthBrowser, is_approved: bool
) -> None:
    tv.ask()
    if is_approved:
        decide(browser_of_somebody, tv.codes["user_code"])
    with after(600):
        assert tv.error() == "expired_token"
    assert not RefreshToken.objects.exists()


@pytest.mark.requirement("B03", "B08")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"device_code": "unknown"}, "invalid_grant"),
        ({"device_code": None}, "invalid_request"),
        ({"device_code": "x" * 5000}, "invalid_grant"),
        ({"client_id": "other-tv"}, "invalid_grant"),
        ({"client_id": "web"}, "unauthorized_client"),
    ],
)
def test_a_bad_poll_is_refused_and_recorded(
    tv: Television, browser_of_somebody: OAuthBrowser, changes: dict[str, str | None], error: str
) -> None:
    create_client(name="Other", client_id="other-tv", is_public=True, grant_types=[DEVICE_CODE])
    create_client(name="Web", client_id="web", is_public=True, redirect_uris=["https://web.example/"])
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    assert tv.error(**changes) == error
    assert OAuthTokenLog.objects.filter(event="token.refused").count() == 1
    assert tv.poll().status_code == 200, "a failed attempt of somebody else uses nothing up"


@pytest.mark.requirement("B02")
def test_a_replayed_device_code_ends_what_its_first_use_gave(
    tv: Television, browser_of_somebody: OAuthBrowser, api: tuple[str, str]
) -> None:
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    tokens = tv.poll().json()
    assert introspect(tv.http, tokens["access_token"], api)["active"] is True
    assert tv.error() == "invalid_grant"
    assert introspect(tv.http, tokens["access_token"], api) == {"active": False}
    assert refresh(tv.http, tokens["refresh_token"], client_id="tv").json()["error"] == "invalid_grant"
    assert OAuthTokenLog.objects.filter(event="code.replayed").count() == 1


@pytest.mark.usefixtures("standing_still")
def test_a_waiting_poll_costs_two_statements(tv: Television, tv_app: Application) -> None:
    tv.ask()
    tv.poll()
    with (
        after(5),
        CaptureQueriesContext(
            connection,
        ) as statements,
    ):
        assert tv.error() == "authorization_pending"
    assert len(statements) <= 2, [query["sql"] for query in statements]


@pytest.mark.usefixtures("standing_still")
def test_fetching_the_tokens_costs_four_statements(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    # The first time the person is told of it, which costs more.
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    assert tv.poll().status_code == 200
    tv.ask()
    tv.poll()
    decide(browser_of_somebody, tv.codes["user_code"])
    with CaptureQueriesContext(connection) as statements:
        assert tv.poll().status_code == 200
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    sql = [query["sql"] for query in statements if not query["sql"].startswith(control)]
    # MariaDB locks the session first (`token_store.portable` says why).
    assert len(sql) <= (5 if connection.vendor == "mysql" else 4), "\n".join(one[:90] for one in sql)
