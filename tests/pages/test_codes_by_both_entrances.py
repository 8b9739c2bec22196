"""The authorization endpoint through the fast lane and through Django: codes are the lane's, everything else is not."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from auth_server_django.fast_lane import lane
from auth_server_django.fast_lane.lane import FastLane
from custom_scopes_and_policies_app.clients import create_client, forget_cached_clients
from custom_scopes_and_policies_app.models import Application, Consent, Grant
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.fast_lane.two_entrances import Entrances, Request, Seen
from tests.oauth import CALLBACK, OAuthBrowser, request_parameters

SCOPES = "openid profile offline_access"
RANDOM = re.compile(r"(?<=code=)[\w-]+|(?<=request=)[\w-]+|(?<=request%3D)[\w-]+")
RANDOM_BYTES = re.compile(rb'(?<=name="code" value=")[\w-]+')

pytestmark = pytest.mark.requirement("F70")


@pytest.fixture
def entrances(server: None) -> Entrances:
    return Entrances()


@pytest.fixture
def browser(browser_of_somebody: OAuthBrowser, app: Application) -> OAuthBrowser:
    """Its person has allowed the app "notes" what it asks for here."""
    browser_of_somebody.code(scope=SCOPES)
    return browser_of_somebody


def asked(browser: OAuthBrowser, *, cookie: str = "", method: str = "GET", **changes: str | None) -> Request:
    cookies = "; ".join([f"{name}={one.value}" for name, one in browser.client.cookies.items()] + [cookie])
    query = urlencode(request_parameters(**{"scope": SCOPES, **changes}))
    environ = {
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookies.removesuffix("; "),
        "HTTP_ACCEPT_LANGUAGE": "uk, en;q=0.5",
    }
    return Request(method, "/o/authorize/", environ=environ)


def plain(seen: Seen) -> Seen:
    """Without codes, ids of stored requests, and the second of the answer."""
    headers = {name: RANDOM.sub("…", value) for name, value in seen.headers.items()}
    if "expires" in headers:
        headers["expires"] = "now"
    body = RANDOM_BYTES.sub(b"", seen.body) if isinstance(seen.body, bytes) else seen.body
    return replace(seen, headers=headers, body=body)


def same(entrances: Entrances, request: Request) -> Seen:
    by_django, by_lane = plain(entrances.by_django(request)), plain(entrances.by_lane(request))
    assert by_lane == by_django
    return by_lane


def test_a_code_is_the_lanes_and_looks_the_same(entrances: Entrances, browser: OAuthBrowser) -> None:
    codes = Grant.objects.count()
    seen = same(entrances, asked(browser))
    assert entrances.passed_on == 0
    assert seen.status == "303 See Other"
    assert seen.headers["location"].startswith(f"{CALLBACK}?code=…&state=st-1&iss=")
    assert seen.headers["content-language"] == "uk"
    assert "no-store" in seen.headers["cache-control"]
    assert "set-cookie" not in seen.headers
    assert [row[0] for row in seen.rows] == ["code.issued"]
    assert seen.lines[0]["client_id"] == "notes"
    assert seen.lines[0]["sid"] == str(SsoSession.objects.get().sid)
    assert Grant.objects.count() == codes + 2


def test_both_codes_say_the_same_of_their_person(entrances: Entrances, browser: OAuthBrowser) -> None:
    Grant.objects.all().delete()
    same(entrances, asked(browser, max_age="9000", prompt="none"))
    by_django, by_lane = Grant.objects.order_by("pk").values(
        "user_id", "application_id", "session_id", "scope", "redirect_uri", "nonce", "claims", "resource", "acr",
        "amr", "auth_time", "policies", "gives_refresh_token", "code_challenge", "code_challenge_method",
    )  # fmt: skip
    assert by_lane == by_django


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "openid profile phone offline_access"},
        {"prompt": "none", "scope": "openid email"},
        {"prompt": "login"},
        {"prompt": "consent"},
        {"max_age": "0"},
        {"response_mode": "form_post"},
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "nobody"},
        {"code_challenge": None, "code_challenge_method": None},
        {"scope": "openid nonsense"},
        {"ui_locales": "mn"},
        {"method": "HEAD"},
        {"method": "POST"},
        {"cookie": "django_language=mn"},
        {"cookie": "name=\xc3\xa9"},
        {"state": "x" * 9000},
        {"state": "x" * 17_000},
    ],
    ids=str,
)
def test_everything_else_is_left_to_the_page(
    entrances: Entrances, browser: OAuthBrowser, changes: dict[str, Any]
) -> None:
    same(entrances, asked(browser, **changes))
    assert entrances.passed_on == 1


def ended(browser: OAuthBrowser) -> None:
    SsoSession.objects.update(ended_at=timezone.now())


def too_old(browser: OAuthBrowser) -> None:
    SsoSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def shut(browser: OAuthBrowser) -> None:
    User.objects.update(is_active=False)


def of_an_older_password(browser: OAuthBrowser) -> None:
    person = User.objects.get()
    person.set_password("another horse battery")
    person.save()


def consent_taken_back(browser: OAuthBrowser) -> None:
    Consent.objects.update(withdrawn_at=timezone.now())


def app_switched_off(browser: OAuthBrowser) -> None:
    Application.objects.update(is_enabled=False)
    forget_cached_clients()


def must_change_password(browser: OAuthBrowser) -> None:
    User.objects.update(must_change_password=True)


@pytest.mark.parametrize(
    "change",
    [ended, too_old, shut, of_an_older_password, consent_taken_back, app_switched_off, must_change_password],
)
@pytest.mark.requirement("R01")
def test_what_was_taken_back_gives_no_code_at_once_by_either(
    entrances: Entrances, browser: OAuthBrowser, change: Callable[[OAuthBrowser], None]
) -> None:
    entrances.by_lane(asked(browser))
    change(browser)
    codes = Grant.objects.count()
    seen = plain(entrances.by_lane(asked(browser)))
    assert entrances.passed_on == 1
    assert "code=" not in seen.headers.get("location", "")
    assert Grant.objects.count() == codes


def test_a_last_use_that_has_to_be_written_down_is_the_pages(
    entrances: Entrances, browser: OAuthBrowser
) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    SsoSession.objects.update(last_seen_at=long_ago)
    seen = entrances.by_lane(asked(browser))
    assert entrances.passed_on == 1
    assert "code=" in seen.headers["location"]
    assert "set-cookie" in seen.headers
    assert SsoSession.objects.get().last_seen_at > long_ago
    entrances.by_lane(asked(browser))
    assert entrances.passed_on == 1


def test_a_session_that_is_none_gives_nothing(entrances: Entrances, browser: OAuthBrowser) -> None:
    known = f"browser={browser.client.cookies['browser'].value}; session"
    for cookies in (f"{known}=", f"{known}=0123456789abcdefghijklmnopqrstuv", f"{known}=x"):
        request = asked(browser)
        seen = entrances.by_lane(replace(request, environ={**request.environ, "HTTP_COOKIE": cookies}))
        assert seen.headers["location"].startswith("/login/")
    assert entrances.passed_on == 3


@pytest.mark.parametrize("path", ["/", "/o/token/", "/o/authorize/"])
def test_a_cookie_that_cannot_be_a_session_is_answered_as_none(
    entrances: Entrances, browser: OAuthBrowser, path: str
) -> None:
    def status(cookie: str) -> str:
        request = replace(asked(browser), path=path)
        environ = replace(request, environ={**request.environ, "HTTP_COOKIE": cookie}).as_environ()
        seen: list[str] = []
        b"".join(entrances._lane(environ, lambda status, headers: seen.append(status)))
        return seen[0]

    without = status("")
    assert not without.startswith("5")
    for session in (r'"\000aaaaaaaa"', "A" * 32, "a" * 31, "a" * 33, r'"' + "a" * 32 + r'\012"'):
        assert status(f"session={session}") == without


@pytest.mark.usefixtures("standing_still")
def test_a_persons_limit_counts_both(entrances: Entrances, browser: OAuthBrowser, settings: Settings) -> None:
    settings.AUTHORIZATION_REQUESTS_PER_PERSON = 3  # some were asked before: the one with the consent page
    answers = [entrances.by_lane(asked(browser)).status[:3] for _ in range(4)]
    given = answers.count("303")
    assert 0 < given < 3
    assert answers == ["303"] * given + ["429"] * (4 - given)


def test_our_own_app_asks_for_no_consent_by_either(entrances: Entrances, browser: OAuthBrowser) -> None:
    create_client(
        name="Ours",
        client_id="ours",
        is_public=True,
        is_first_party=True,
        redirect_uris=["https://ours.example/cb"],
    )
    seen = same(entrances, asked(browser, client_id="ours", redirect_uri="https://ours.example/cb"))
    assert entrances.passed_on == 0
    assert "code=" in seen.headers["location"]


def test_a_request_keeps_its_id_when_the_lane_leaves_it_to_the_page(
    entrances: Entrances, browser: OAuthBrowser
) -> None:
    ids: list[str] = []

    def page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        ids.append(environ["auth.request_id"])
        return entrances.django(environ, start_response)

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        ids.append(dict(headers)["X-Request-ID"])

    environ = asked(browser, prompt="login").as_environ()
    b"".join(FastLane(page)(environ, start_response))
    assert len(ids) == 2
    assert len(set(ids)) == 1


def failing_lane(
    entrances: Entrances, browser: OAuthBrowser, is_hit: Callable[[str], bool]
) -> tuple[str, dict[str, str]]:
    """Status and headers of an answer while the database fails at some statements."""
    heads: list[tuple[str, dict[str, str]]] = []

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if is_hit(sql):
            raise OperationalError("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        body = entrances._lane(
            asked(browser).as_environ(), lambda status, headers: heads.append((status, dict(headers)))
        )
        assert b"code=" not in b"".join(body)
    (head,) = heads
    return head


@pytest.mark.parametrize("is_everything", [True, False], ids=["everything fails", "only the record fails"])
def test_a_database_that_fails_gives_no_code_and_is_told_by_the_page(
    entrances: Entrances, browser: OAuthBrowser, is_everything: bool, caplog: pytest.LogCaptureFixture
) -> None:
    record = f"INSERT INTO {connection.ops.quote_name(OAuthTokenLog._meta.db_table)}"
    codes = set(Grant.objects.values_list("pk", flat=True))
    rows = OAuthTokenLog.objects.count()
    status, headers = failing_lane(entrances, browser, lambda sql: is_everything or record in sql)
    assert status == "503 Service Unavailable"
    assert "Location" not in headers
    assert entrances.passed_on == 1
    assert set(Grant.objects.values_list("pk", flat=True)) == codes
    assert OAuthTokenLog.objects.count() == rows
    (line,) = [one for one in caplog.records if one.name == lane.__name__]
    assert line.getMessage() == "authorize: left to the page: OperationalError"
    assert line.exc_info is None
