"""Who is calling, as far as the network tells: address, user agent, request id.

The address comes from `REMOTE_ADDR`; a forwarding header counts only when the peer is a proxy the operator named
(`TRUSTED_PROXIES`), and then only the right-most hop that is not such a proxy (ASVS 6.3, requirement F10).
"""

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.http import HttpRequest

from core_app.conf import Setting

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_USER_AGENT = 300
# Addresses are no longer in practice; longer header texts are read each time, so that no stranger fills the memory.
LONGEST_REMEMBERED_ROUTE = 128


class CallerSettings:
    TRUSTED_PROXIES = Setting[list[str]](
        [],
        "Networks (CIDR) of the reverse proxies whose `X-Forwarded-For` is believed. Empty: the header is ignored.",
    )


conf = CallerSettings()


@dataclass(frozen=True, slots=True)
class Caller:
    """The network's view of one request. `ip` is "" when the server could not tell it."""

    ip: str = ""
    user_agent: str = ""
    request_id: str = ""


class arrived:
    """While this lasts, `present_caller` tells who sent the request with this environ (or Django's META)."""

    __slots__ = ("_environ", "_token")

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __enter__(self) -> None:
        self._token = _under_way.set(self._environ)

    def __exit__(self, *error: object) -> None:
        _under_way.reset(self._token)


def present_caller() -> Caller | None:
    """The caller of the request under way, for code that Django calls without it; None where there is none."""
    environ = _under_way.get()
    return caller_from_environ(environ) if environ is not None else None


def caller_of(request: HttpRequest) -> Caller:
    """The caller of a Django request; the same facts as `caller_from_environ`."""
    return caller_from_environ(request.META)


def caller_from_environ(environ: Mapping[str, Any]) -> Caller:
    """Read the caller from a WSGI environ (or Django's META, which is one)."""
    return Caller(
        ip=client_ip(environ),
        user_agent=_printable(str(environ.get("HTTP_USER_AGENT", "")))[:MAX_USER_AGENT],
        request_id=str(environ.get("auth.request_id") or secrets.token_hex(8)),
    )


def client_ip(environ: Mapping[str, Any]) -> str:
    """The client's address in its normal form, or "" when it cannot be told."""
    return _route_of(environ).client


def is_from_proxy(environ: Mapping[str, Any]) -> bool:
    """Whether the peer is a proxy the operator named, so that its forwarding headers may be believed."""
    return _route_of(environ).has_proxy


def is_address_within(ip: str, names: Sequence[str]) -> bool:
    """Whether an address is in one of these networks (CIDR). Something that is no address is in none."""
    address = _address(ip)
    return address is not None and _is_within(address, _networks(tuple(names)))


def client_ip_of(request: HttpRequest) -> str:
    """The client's address for libraries that want a callable over a request (django-axes)."""
    return client_ip(request.META)


class Route(NamedTuple):
    """How a request came here: from which client, and whether by a proxy the operator named."""

    client: str
    has_proxy: bool


def _route_of(environ: Mapping[str, Any]) -> Route:
    peer = str(environ.get("REMOTE_ADDR", ""))
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", ""))
    is_short = len(peer) + len(forwarded) <= LONGEST_REMEMBERED_ROUTE
    return (_remembered_route if is_short else _read_route)(peer, forwarded, *conf.TRUSTED_PROXIES)


def _read_route(peer: str, forwarded: str, *trusted: str) -> Route:
    address, proxies = _address(peer), _networks(trusted)
    if address is None:
        return Route("", has_proxy=False)
    if not _is_within(address, proxies):
        return Route(str(address), has_proxy=False)
    for hop in reversed(forwarded.split(",")):
        client = _address(hop.strip())
        if client is None:
            break
        if not _is_within(client, proxies):
            return Route(str(client), has_proxy=True)
    return Route(str(address), has_proxy=True)


# Most requests come by few routes. Asked several times for each.
_remembered_route = lru_cache(maxsize=4096)(_read_route)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in names)


def _is_within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


_under_way: ContextVar[Mapping[str, Any] | None] = ContextVar("request under way", default=None)


def _printable(text: str) -> str:
    """Log and admin injection stops here: control characters never leave this function (L03)."""
    if text.isprintable():
        return text
    return "".join(character for character in text if character.isprintable())
