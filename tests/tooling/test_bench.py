"""The parts of the benchmark do what their figures rest on. How fast anything is, nothing here asks."""

import base64
import itertools
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import answers, echo, our_server, target, wire
from bench.__main__ import AnotherRuns, alone
from bench.browser import Browser, Socket, chosen_form, filled
from bench.cpu import Meter
from bench.engine import Load
from bench.operations import User
from bench.percentile import percentile
from bench.plan import CELLS, RS256
from bench.running import DidNotStart, running
from bench.services import Services
from bench.target import BadConf, Target, read_targets
from bench.wsgi_transport import WsgiTransport
from scripts.html_forms import forms_of

LOGIN = """
<form method="get" action="/search"><input name="q" type="text"></form>
<form method="post" action="/language"><select name="language"><option value="en">English</option></select></form>
<form method="post" action="/login/"><input type="hidden" name="csrf" value="c1">
  <input name="phone" type="tel"><input name="password" type="password"><button>Sign in</button></form>
"""
CONSENT = """
<form method="post" action="/language"><select name="language"><option value="en">English</option></select></form>
<form method="post" action="/consent/"><input type="checkbox" name="scope" value="email" checked>
  <button name="decision" value="deny">No</button><button name="decision" value="allow">Yes</button></form>
"""


def a_target() -> Target:
    return read_targets("ours", "s3cr3t")[RS256]


def a_jwt(algorithm: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).decode().rstrip("=")
    return f"{head}.e30.c2ln"


def an_answer(status: int = 200, **content: Any) -> wire.Response:
    return status, b"HTTP/1.1 200 OK\r\n", json.dumps(content).encode()


@contextmanager
def a_server() -> Iterator[int]:
    """The port of a real server that gives everybody the same answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=echo.serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_percentile_is_one_of_the_figures() -> None:
    figures = [float(number) for number in range(1, 101)]
    assert (percentile(figures, 0.5), percentile(figures, 0.99), percentile(figures, 1.0)) == (51, 100, 100)
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.5) == 0


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", b"body"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=1\r\ndy\r\n0\r\n\r\n",
            b"body",
        ),
        (b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", b""),
    ],
    ids=["length", "chunks", "none"],
)
def test_an_answer_is_read_when_it_is_whole_and_not_before(data: bytes, body: bytes) -> None:
    assert [wire.parse(data[:end]) for end in range(len(data) - 2)] == [None] * (len(data) - 2)
    whole = wire.parse(data)
    assert whole is not None
    assert (whole[0], whole[2]) == (int(data[9:12]), body)


def test_cookies_are_kept_and_dropped_as_a_browser_does() -> None:
    jar = {"old": "1", "kept": "2"}
    wire.keep_cookies(jar, b"\r\nSet-Cookie: new=3; Path=/\r\nset-cookie: old=; Max-Age=0\r\n")
    assert jar == {"kept": "2", "new": "3"}
    assert wire.cookies(jar) == "Cookie: kept=2; new=3\r\n"


def test_the_driver_fills_in_the_log_in_form_and_consents() -> None:
    form = chosen_form(forms_of(LOGIN))
    assert form is not None
    assert form.action == "/login/"
    assert filled(form, "+97699112233", "pw") == [
        ("csrf", "c1"),
        ("phone", "+97699112233"),
        ("password", "pw"),
    ]
    form = chosen_form(forms_of(CONSENT))
    assert form is not None
    assert form.action == "/consent/"
    assert filled(form, "", "") == [("scope", "email"), ("decision", "allow")]
    assert chosen_form(forms_of("<p>Nothing here</p>")) is None


def test_every_contestant_of_the_plan_has_a_conf() -> None:
    known = {one.name for file in ("ours", "peer") for one in read_targets(file, "s3cr3t").values()}
    assert {name for cell in CELLS for name in cell.contestants} - known == set()
    ports = [one.port for one in read_targets("peer", "s3cr3t").values()]
    assert len(set(ports)) == len(ports)
    assert a_target().port not in ports


def test_who_comes_first_in_one_round_comes_last_in_the_next() -> None:
    for cell in CELLS:
        assert cell.order(0) == cell.order(2) == cell.contestants
        assert cell.order(1) == list(reversed(cell.contestants))


def test_our_server_is_measured_with_the_defaults_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/somewhere/bin")
    for name in ("ACCESS_LOG", "LOG_LEVEL", "TOKEN_STORE", "LIVENESS_SECONDS", "CLIENT_CACHE_SECONDS"):
        monkeypatch.setenv(name, "odd")
    services = Services("postgres://nobody@127.0.0.1/none", "redis://127.0.0.1/9", 0, 0)
    made = our_server.production(services, database="postgres://x", issuer="https://login.example.com")
    assert made["PATH"] == "/somewhere/bin"
    assert "odd" not in made.values()
    assert (made["ACCESS_LOG"], made["LOG_LEVEL"], made["TOKEN_STORE"]) == ("1", "INFO", "")
    assert int(made["LIVENESS_SECONDS"]) == 30


def test_a_conf_without_a_needed_key_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.toml").write_text(
        'port = 1\n[variants.one]\nalgorithm = "RS256"\naccess_tokens = "jwt"\n'
    )
    monkeypatch.setattr(target, "CONF", tmp_path)
    with pytest.raises(BadConf, match=r"odd\.toml lacks 'web'"):
        read_targets("odd", "s3cr3t")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (an_answer(access_token=a_jwt("RS256"), id_token=a_jwt("RS256")), ""),
        (an_answer(access_token=a_jwt("ES256"), id_token=a_jwt("RS256")), "the access token is not RS256"),
        (an_answer(access_token="opaque", id_token=a_jwt("RS256")), "the access token is not RS256"),
        (an_answer(access_token=a_jwt("RS256"), id_token=a_jwt("none")), "the ID token is not RS256"),
        (an_answer(access_token=a_jwt("RS256")), "the ID token is not RS256"),
        (an_answer(429, error="temporarily_unavailable"), "no tokens"),
    ],
)
def test_only_the_agreed_tokens_count(answer: wire.Response, complaint: str) -> None:
    found = answers.tokens(a_target(), answer, with_id_token=True)[0]
    assert found.startswith(complaint)
    assert bool(found) is bool(complaint)


def test_a_jwt_where_opaque_tokens_are_measured_does_not_count() -> None:
    opaque = replace(a_target(), access_tokens="opaque")
    assert answers.tokens(opaque, an_answer(access_token="random"), with_id_token=False)[0] == ""
    assert (
        "is not opaque"
        in answers.tokens(opaque, an_answer(access_token=a_jwt("RS256")), with_id_token=False)[0]
    )


def test_an_inactive_token_and_another_person_do_not_count() -> None:
    assert answers.is_active(an_answer(active=True, sub="anna"), b"anna") == ""
    assert answers.is_active(an_answer(active=False), b"anna").startswith("not active")
    assert answers.is_active(an_answer(active=True, sub="bela"), b"anna").startswith("not active")
    assert answers.tells_of(an_answer(sub="anna"), b"anna") == ""
    assert answers.tells_of(an_answer(401, sub="anna"), b"anna").startswith("not this person")


def test_the_load_counts_what_a_real_server_answers() -> None:
    ticks = itertools.count()
    with a_server() as port:
        ours = replace(a_target(), port=port)
        users = [User(ours, Browser(ours, number, Socket(ours.port))) for number in range(3)]
        # A clock that moves when it is asked: no answer can be too late for it.
        load = Load("discovery", users, now=lambda: next(ticks) / 1000)
        row = load.measure(warm=0.1, seconds=3.0, meter=Meter(0, frozenset()))
    assert (row.errors, row.complaints) == (0, [])
    assert row.count > 0
    assert row.p50 <= row.p99


def test_wrong_answers_are_counted_as_errors() -> None:
    ticks = itertools.count()
    with a_server() as port:
        ours = replace(a_target(), port=port)
        load = Load("jwks", [User(ours, Browser(ours, 0, Socket(ours.port)))], now=lambda: next(ticks) / 1000)
        row = load.measure(warm=0.0, seconds=1.0, meter=Meter(0, frozenset()))
    assert row.errors == row.count > 0
    assert row.complaints[0].startswith("not the document: 200")


def test_a_connection_that_ends_with_a_request_under_way_is_an_error_also_in_the_warm_up() -> None:
    ticks = itertools.count()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up_once() -> None:
            first, _ = listener.accept()
            first.recv(65536)
            first.close()
            echo.serve(listener)

        thread = threading.Thread(target=hang_up_once)
        thread.start()
        ours = replace(a_target(), port=listener.getsockname()[1])
        # Long on this clock, so that the warm-up is surely not over before the first connection has ended.
        load = Load(
            "discovery", [User(ours, Browser(ours, 0, Socket(ours.port)))], now=lambda: next(ticks) / 1000
        )
        row = load.measure(warm=3.0, seconds=3.0, meter=Meter(0, frozenset()))
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert row.errors == 1
    assert row.complaints == ["discovery: the connection ended before the answer did"]
    assert row.count > 0
    assert row.per_second >= 0


def test_a_server_is_not_started_where_another_listens(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    command = [sys.executable, "-c", "import sys; open(sys.argv[1], 'w')", str(ran)]
    # Who shares a port with others would get a part of the load without anybody noticing.
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        server = running(
            command, port=port, folder=tmp_path, environment={}, log=tmp_path / "log", cores=set()
        )
        with pytest.raises(DidNotStart, match="is taken"), server:
            pytest.fail("it was started")
    assert not ran.exists()
    assert not (tmp_path / "log").exists()


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with alone(lock), pytest.raises(AnotherRuns, match="another bench runs"), alone(lock):
        pytest.fail("both run")
    with alone(lock):
        pass


def test_a_request_reaches_a_wsgi_application_as_it_was_written() -> None:
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"he", b"llo"]

    request = wire.post(
        "/o/token/?a=b", {"grant_type": "client credentials"}, "Host: h\r\nX-Forwarded-Proto: https\r\n"
    )
    assert WsgiTransport(application)(request) == (
        200,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
        b"hello",
    )
    assert (seen["REQUEST_METHOD"], seen["PATH_INFO"], seen["QUERY_STRING"]) == ("POST", "/o/token/", "a=b")
    assert (seen["body"], seen["CONTENT_LENGTH"]) == (b"grant_type=client+credentials", "29")
    assert (seen["HTTP_HOST"], seen["HTTP_X_FORWARDED_PROTO"]) == ("h", "https")
