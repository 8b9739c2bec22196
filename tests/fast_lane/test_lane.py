"""The lane as a part of the server: its addresses, the end of a request, and how it is taken away."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import translation
from pytest_django import Settings

from auth_server_django import urls
from auth_server_django.fast_lane.lane import FastLane
from auth_server_django.fast_lane.routes import machine_routes
from custom_scopes_and_policies_app.views import machine
from messaging_app.afterwards import after_answer
from tests.entrance import LaneHandler, come_in_by_the_lane
from tests.fast_lane.conftest import World
from tests.fast_lane.requests import KEYS, get, job
from tests.fast_lane.two_entrances import Entrances
from tests.faults.workers import wait_until

MACHINES = {
    "/o/token/", "/o/introspect/", "/o/userinfo/", "/o/revoke_token/", "/o/device-authorization/",
    "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json",
    "/o/.well-known/openid-configuration", "/o/.well-known/oauth-authorization-server", "/o/.well-known/jwks.json",
}  # fmt: skip


def unasked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise AssertionError("this is not for Django")


def test_the_addresses_come_from_the_urlconf() -> None:
    found = machine_routes()
    assert set(found) >= MACHINES
    assert not [path for path in found if not path.startswith(("/o/", "/.well-known/"))]
    assert all(route.label == path for path, route in found.items())


def test_a_view_that_is_wrapped_is_left_to_django(settings: Settings) -> None:
    def wrapped(request: HttpRequest) -> HttpResponse:
        return machine.jwks(request)

    wrapped.__dict__.update(machine.jwks.__dict__)
    settings.ROOT_URLCONF = (
        path("keys/", wrapped),
        path("<str:name>/keys/", machine.jwks),
        *urls.urlpatterns,
    )
    found = machine_routes()
    assert "/keys/" not in found
    assert not [name for name in found if "<" in name]
    assert "/o/token/" in found


def test_what_waits_is_done_when_the_answer_is_out(world: World) -> None:
    done: list[str] = []
    lane = FastLane(unasked)

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        after_answer(lambda: done.append("worked"))
        done.append("started")

    answer: Any = lane(get(KEYS)(world).as_environ(), start)
    assert b"keys" in b"".join(answer)
    assert done == ["started"]
    answer.close()
    assert done == ["started", "worked"]


def test_every_request_ends_once(world: World) -> None:
    ended: list[object] = []

    def note(**kwargs: Any) -> None:
        ended.append(kwargs["sender"])

    request_finished.connect(note)
    try:
        Entrances().by_lane(job()(world))
    finally:
        request_finished.disconnect(note)
    assert ended == [FastLane]


def test_the_language_of_the_request_before_does_not_stay(world: World) -> None:
    translation.activate("fa")
    Entrances().by_lane(get(KEYS)(world))
    assert translation.get_language() == "en"
    Entrances().by_lane(get(KEYS, HTTP_ACCEPT_LANGUAGE="mn")(world))
    assert translation.get_language() == "mn"
    translation.deactivate()


@pytest.fixture
def kept_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections are kept between requests, as in production."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 300)
    connection.close()
    yield
    connection.close()


# How a server of databases calls a connection, how it ends one, and how it says that it is still there.
NAME_AND_END = {
    "postgresql": (
        "SELECT pg_backend_pid()",
        "SELECT pg_terminate_backend(%s)",
        "SELECT count(*) FROM pg_stat_activity WHERE pid = %s",
    ),
    "mysql": (
        "SELECT CONNECTION_ID()",
        "KILL %s",
        "SELECT count(*) FROM information_schema.processlist WHERE id = %s",
    ),
}


def backend_of_the_lane() -> int:
    """What serves this thread's connection in the server of databases."""
    with connection.cursor() as cursor:
        cursor.execute(NAME_AND_END[connection.vendor][0])
        return int(cursor.fetchone()[0])


@pytest.mark.requirement("R05")
@pytest.mark.services
@pytest.mark.skipif(
    connection.vendor not in NAME_AND_END, reason="SQLite has no server that could end a connection"
)
def test_a_connection_is_kept_and_one_that_was_cut_is_renewed_by_the_next_request(
    world: World, kept_connection: None
) -> None:
    entrances, request = Entrances(), job()(world)
    assert entrances.by_lane(request).status == "200 OK"
    backend = backend_of_the_lane()
    assert entrances.by_lane(request).status == "200 OK"
    assert backend_of_the_lane() == backend
    other = connection.copy("other")
    with other.cursor() as cursor:
        _, end, count = NAME_AND_END[connection.vendor]
        cursor.execute(end, [backend])

        def is_gone() -> bool:
            cursor.execute(count, [backend])
            return bool(cursor.fetchone()[0] == 0)

        wait_until(is_gone)
    other.close()
    heads: list[str] = []
    answer = FastLane(unasked)(request.as_environ(), lambda status, headers: heads.append(status))
    assert b"access_token" in b"".join(answer)
    assert heads == ["200 OK"]
    assert backend_of_the_lane() != backend


def test_the_test_client_can_come_in_by_the_lane(server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    come_in_by_the_lane(monkeypatch)
    client = Client()
    assert client.get(KEYS).json()["keys"]
    assert isinstance(client.handler, LaneHandler)
    assert client.get("/login/").templates


@pytest.mark.parametrize(("wish", "served"), [("0", "WSGIHandler"), ("1", "FastLane"), ("", "WSGIHandler")])
def test_a_setting_takes_the_lane_away(wish: str, served: str) -> None:
    code = "from auth_server_django import wsgi; print(type(wsgi._served).__name__)"
    environ = {**os.environ, "FAST_LANE": wish, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=environ, capture_output=True, text=True
    )
    assert answer.stdout.strip() == served, answer.stderr


def test_whoever_else_listens_is_told(world: World) -> None:
    begun: list[object] = []

    def note(**kwargs: Any) -> None:
        begun.append(kwargs["sender"])

    lane = FastLane(unasked)
    request_started.connect(note)
    try:
        lane(get(KEYS)(world).as_environ(), lambda status, headers: None)
    finally:
        request_started.disconnect(note)
    assert begun == [FastLane]


@pytest.mark.services
@pytest.mark.skipif(connection.vendor not in NAME_AND_END, reason="SQLite keeps a database in memory open")
def test_a_connection_past_its_age_is_closed(world: World, kept_connection: None) -> None:
    lane, request = FastLane(unasked), get(KEYS)(world)
    connection.ensure_connection()
    kept = connection.connection
    lane(request.as_environ(), lambda status, headers: None)
    assert connection.connection is kept
    connection.close_at = 0
    lane(request.as_environ(), lambda status, headers: None)
    assert connection.connection is not kept
