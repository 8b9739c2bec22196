"""Nobody can tell by which entrance a request came in: not from the answer, not from the log, figures or record."""

import io
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import time_machine
from django.core.signals import got_request_exception
from django.db import OperationalError, connection
from pytest_django import Settings

from tests.fast_lane.conftest import World
from tests.fast_lane.requests import CONFIGURATION, LEFT, PLAIN, TOKEN, Made, get, job
from tests.fast_lane.two_entrances import Entrances, Request, Seen

# Within a minute of every limit.
MOMENT = 1_795_000_030


@pytest.fixture(autouse=True)
def moment(settings: Settings) -> Iterator[None]:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    # Each refusal is a row of its own, whichever entrance came first.
    settings.LOG_REFUSALS_APART = 1000
    # Nothing in an answer says how many calls are left.
    for caller in ("PERSON", "APP", "ADDRESS"):
        setattr(settings, f"API_CALLS_PER_{caller}_PER_MINUTE", 0)
    with time_machine.travel(MOMENT, tick=False):
        yield


def different(
    table: Mapping[str, Made], world: World, entrances: Entrances, *, passed_on: int
) -> dict[str, tuple[Seen, Seen] | str]:
    """The requests that the two entrances do not treat alike, or that the lane treats otherwise than expected."""
    found: dict[str, tuple[Seen, Seen] | str] = {}
    for name, made in table.items():
        before = entrances.passed_on
        by_django, by_lane = entrances.by_django(made(world)), entrances.by_lane(made(world))
        if by_lane != by_django:
            found[name] = (by_django, by_lane)
        elif entrances.passed_on - before != passed_on:
            found[name] = "answered by the other one"
    return found


def test_the_lane_answers_as_django_does(world: World, entrances: Entrances) -> None:
    assert different(PLAIN, world, entrances, passed_on=0) == {}


def test_what_is_odd_is_left_to_django(world: World, entrances: Entrances) -> None:
    assert different(LEFT, world, entrances, passed_on=1) == {}


def test_a_kept_copy_is_not_sent_again(world: World, entrances: Entrances) -> None:
    tag = entrances.by_lane(get(CONFIGURATION)(world)).headers["etag"]
    again = {"again": get(CONFIGURATION, HTTP_IF_NONE_MATCH=tag)}
    assert different(again, world, entrances, passed_on=0) == {}
    seen = entrances.by_lane(again["again"](world))
    assert (seen.status, seen.body) == ("304 Not Modified", b"")
    assert "content-length" not in seen.headers


@pytest.mark.requirement("L06")
def test_an_answer_is_one_for_everybody_and_well_protected(world: World, entrances: Entrances) -> None:
    seen = entrances.by_lane(get(CONFIGURATION)(world))
    assert {"content-language", "set-cookie", "vary"} & set(seen.headers) == set()
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in seen.headers["content-security-policy"]
    assert entrances.by_lane(job()(world)).headers["vary"] == "Origin"


@pytest.mark.requirement("login:F10", "F72")
def test_plain_http_goes_to_https_where_that_is_asked_for(world: World, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    entrances = Entrances()
    proxy = {"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    secure = {
        "itself": job(**{"wsgi.url_scheme": "https"}),
        "by a proxy": job(**proxy, HTTP_X_FORWARDED_PROTO="https"),
    }
    assert different(secure, world, entrances, passed_on=0) == {}
    for made in secure.values():
        hsts = entrances.by_lane(made(world)).headers["strict-transport-security"]
        assert hsts == "max-age=63072000; includeSubDomains"
    plain = {
        "itself": job(),
        "by a proxy": job(**proxy, HTTP_X_FORWARDED_PROTO="http"),
        "a stranger": job(HTTP_X_FORWARDED_PROTO="https"),
    }
    assert different(plain, world, entrances, passed_on=1) == {}
    for made in plain.values():
        assert entrances.by_lane(made(world)).headers["location"] == "https://testserver/o/token/"


@pytest.mark.requirement("R05")
@pytest.mark.parametrize(
    ("failure", "status", "error"),
    [
        (
            OperationalError("server closed the connection"),
            "503 Service Unavailable",
            "temporarily_unavailable",
        ),
        (RuntimeError("a fault of ours"), "500 Internal Server Error", "server_error"),
    ],
)
def test_a_failure_is_an_answer_and_an_error_in_the_log(
    world: World,
    entrances: Entrances,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    status: str,
    error: str,
) -> None:
    told: list[object] = []

    def note(**kwargs: Any) -> None:
        told.append(kwargs["request"].path)

    def fails(execute: Callable[..., Any], *args: Any) -> Any:
        statement = args[0].lower()
        if "insert into" in statement and "oauthtokenlog" in statement:
            raise failure
        return execute(*args)

    messages: list[list[tuple[str, int, bool]]] = []
    got_request_exception.connect(note)
    with connection.execute_wrapper(fails):
        for enter in (entrances.by_django, entrances.by_lane):
            caplog.clear()
            seen = enter(job()(world))
            assert seen.status == status
            assert isinstance(seen.body, dict)
            assert seen.body["error"] == error
            assert "fault of ours" not in str(seen)
            errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
            messages.append([(one.getMessage(), one.levelno, bool(one.exc_info)) for one in errors])
    got_request_exception.disconnect(note)
    assert messages[0] == messages[1]
    assert told == ([TOKEN, TOKEN] if error == "server_error" else [])
    assert any(has_traceback for _, _, has_traceback in messages[1]) == (error == "server_error")


def test_a_caller_who_goes_away_in_the_middle_of_a_body_is_told_so(
    world: World, entrances: Entrances
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("connection reset")

    def made(_: World) -> Request:
        return Request("POST", TOKEN, b"grant_type=client_credentials", {"wsgi.input": Broken()})

    assert different({"gone": made}, world, entrances, passed_on=0) == {}
    assert entrances.by_lane(made(world)).status == "400 Bad Request"
