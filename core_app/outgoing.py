"""Requests to addresses that strangers chose, such as an app's logout URI: where they may go, for how long.

https only and no redirects; the name is resolved once, every address it has must be public, and the connection goes
to one that was checked (no second look-up that could answer otherwise). Names of hosts inside the operator's network
are let through when OUTGOING_PRIVATE_HOSTS lists them (E02).
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpcore
from django.conf import settings

from core_app.conf import Setting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TOTAL_SECONDS = 5.0
CONNECT_SECONDS = 2.0
MOST_BYTES = 64 * 1024
USER_AGENT = "authorization-server"
LOOPBACK = "localhost"
# IPv4 addresses written as IPv6 ones: a translator would reach the inner address (RFC 6052, 3056, 4380).
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class OutgoingSettings:
    OUTGOING_PRIVATE_HOSTS = Setting[list[str]](
        [],
        "Hosts inside your network that apps may have registered for calls from this server (back-channel logout), "
        "as they stand in the URI. All other names must resolve to public addresses.",
    )


conf = OutgoingSettings()


class AddressRefused(Exception):
    """This server does not call that address; trying again will not help."""


class NoAnswer(Exception):
    """Nothing usable came back; trying again may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case, the body is cut off at 64 KB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post_form(url: str, fields: Mapping[str, str]) -> Answer:
    """POST a form and return the answer, whatever its status. Raises AddressRefused, NoAnswer."""
    check_url(url)
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
    }
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with (
            _pool(deadline) as pool,
            pool.stream("POST", url, headers=headers, content=urlencode(fields).encode()) as response,
        ):
            return Answer(response.status, _decoded(response.headers), _read(response.iter_stream()))
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
        raise NoAnswer(type(error).__name__) from error


def check_url(url: str) -> None:
    """Raise AddressRefused unless the form of the URL is good: https, a host, no user name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("not a URL") from error
    if not url.isascii() or not url.isprintable() or not parts.hostname or parts.username is not None:
        raise AddressRefused("needs a host and no user name")
    if port == 0:
        raise AddressRefused("nothing listens on port 0")
    if parts.scheme == "https":
        return
    if parts.scheme != "http" or not settings.DEBUG or not _may_be_private(parts.hostname):
        raise AddressRefused("not https")


def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, all of them allowed. Raises AddressRefused, NoAnswer when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer("name not found") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    is_allowed = _is_loopback if settings.DEBUG and _is_local_name(host) else _is_public
    if host not in conf.OUTGOING_PRIVATE_HOSTS and not all(
        is_allowed(ipaddress.ip_address(address)) for address in addresses
    ):
        raise AddressRefused("not a public address")
    return addresses


def _may_be_private(host: str) -> bool:
    return _is_local_name(host) or host in conf.OUTGOING_PRIVATE_HOSTS


def _is_local_name(host: str) -> bool:
    """This machine, by its name or literally."""
    try:
        return host == LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_loopback(address: Address) -> bool:
    return address.is_loopback


def _is_public(address: Address) -> bool:
    """Whether it is somebody else's on the internet, in whatever form it is written."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address.scope_id is not None or any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets nothing last beyond the deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = NoAnswer("no address")
        for address in checked_addresses(host, port):
            try:
                return _HurriedStream(self._connect(address, port), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        return self._inner.connect_tcp(address, port, timeout=min(CONNECT_SECONDS, _left(self._deadline)))


class _HurriedStream(httpcore.NetworkStream):
    """A connection of which every wait ends at the deadline, also when bytes come in drop by drop."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._deadline))
        return _HurriedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _pool(deadline: float) -> httpcore.ConnectionPool:
    """For one request. No proxy from the environment: it would resolve the name once more, and otherwise."""
    return httpcore.ConnectionPool(
        network_backend=_CheckedBackend(deadline), max_keepalive_connections=0, http2=False, retries=0
    )


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the answer takes too long")
    return left


def _read(chunks: Iterable[bytes]) -> bytes:
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > MOST_BYTES:
            break
    return bytes(read[:MOST_BYTES])


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("ascii").lower(): value.decode("latin-1") for name, value in headers}
