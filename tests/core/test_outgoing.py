"""Requests to addresses that strangers chose: where they never go, and that they end in time."""

import socket
import time
from typing import Any

import pytest

from core_app.outgoing import MOST_BYTES, AddressRefused, NoAnswer, check_url, checked_addresses, post_form
from tests.fake_app import DRIP, FLOOD, HANG, PATIENCE, fake_app

pytestmark = pytest.mark.requirement("E02")


@pytest.fixture(autouse=True)
def development(settings: Any) -> None:
    """Servers on this machine may be called."""
    settings.DEBUG = True


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name has these addresses; returns the names that were asked for."""
    asked: list[str] = []

    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host in addresses:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fc00::1", "fd12::1", "fe80::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::",
    "2001:db8::1", "fe80::1%1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(AddressRefused):
        checked_addresses("app.example", 443)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "0"])
def test_this_machine_in_another_spelling_is_refused(host: str, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises((AddressRefused, NoAnswer)):
        post_form(f"https://{host}/", {"a": "b"})


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(AddressRefused):
        checked_addresses("app.example", 443)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14"])
def test_public_addresses_are_good(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolve_to(monkeypatch, address)
    assert checked_addresses("app.example", 443) == [address]


def test_the_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A second look-up could answer otherwise (DNS rebinding)."""
    with fake_app() as app:
        settings.OUTGOING_PRIVATE_HOSTS = ["app.example"]
        asked = resolve_to(monkeypatch, "127.0.0.1")
        assert post_form(f"http://app.example:{app.port}/", {"a": "b"}).status == 200
        assert asked == ["app.example"]
        assert app.received == [{"a": "b"}]


def test_private_hosts_are_let_through_by_name_only(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = ["app.internal"]
    resolve_to(monkeypatch, "10.0.0.7")
    assert checked_addresses("app.internal", 443) == ["10.0.0.7"]
    with pytest.raises(AddressRefused):
        checked_addresses("other.internal", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example/", "ftp://app.example/", "https:///x", "https://user:pw@app.example/", "//app.example",
        "https://app.example:99999/", "https://app.example:0/", "https://exämple.org/",
        "https://app.example/\r\nX: y", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_urls_of_a_bad_form_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)


def test_http_to_this_machine_is_for_development(settings: Any) -> None:
    check_url("http://localhost:3000/out")
    check_url("http://127.0.0.1:3000/out")
    settings.DEBUG = False
    for url in ("http://localhost:3000/out", "http://127.0.0.1:3000/out"):
        with pytest.raises(AddressRefused):
            check_url(url)
    with pytest.raises(AddressRefused):
        checked_addresses("localhost", 443)


def test_a_name_nobody_knows_may_be_known_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NoAnswer):
        checked_addresses("gone.example", 443)


@pytest.mark.parametrize("behaviour", [HANG, DRIP], ids=["hang", "drip"])
def test_an_answer_that_does_not_come_is_not_waited_for(behaviour: int) -> None:
    with fake_app() as app:
        app.script.append(behaviour)
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            post_form(app.url, {"a": "b"})
        assert time.monotonic() - started < PATIENCE / 2, "the app would have gone on for much longer"


def test_a_flood_is_cut_off() -> None:
    with fake_app() as app:
        app.script.append(FLOOD)
        assert len(post_form(app.url, {"a": "b"}).body) == MOST_BYTES


def test_nobody_listening_is_no_answer() -> None:
    with fake_app() as app:
        port = app.port
    with pytest.raises(NoAnswer):
        post_form(f"http://localhost:{port}/", {})
