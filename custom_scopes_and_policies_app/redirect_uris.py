"""Redirect URIs: an exact string comparison, with one exception for loopback ports (A01)."""

import re
from collections.abc import Iterable
from urllib.parse import quote_plus, urlsplit

from custom_scopes_and_policies_app.client_addresses import LOOPBACK_HOSTS

# RFC 8252 §7.3: a native app listens on a port it cannot know beforehand. Literal addresses only; no user name.
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?(/[^\s\\#]*|)")


# What may stand in a Content-Security-Policy without ending its directive.
POLICY_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether the URI is one of the registered strings, the port of a loopback address aside."""
    known = list(registered)
    if uri in known:
        return True
    presented = LOOPBACK.fullmatch(uri)
    if presented is None:
        return False
    loopbacks = (LOOPBACK.fullmatch(candidate) for candidate in known)
    return any(match.groups() == presented.groups() for match in loopbacks if match is not None)


def is_own_web_address(uri: str) -> bool:
    """Whether only its owner can receive what is sent there: https on a host of the web (RFC 8252 §7.2, §8.6)."""
    parts = urlsplit(uri)
    return parts.scheme == "https" and bool(parts.hostname) and parts.hostname not in LOOPBACK_HOSTS


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """The redirect URI with the response in its query; a query it was registered with is kept (RFC 6749 §3.1.2).

    Names of parameters are the standard's: there is nothing in them to be escaped.
    """
    separator = "&" if "?" in uri else "?"
    query = "&".join([f"{name}={quote_plus(value)}" for name, value in parameters.items()])
    return f"{uri}{separator}{query}"


def origin_of(uri: str) -> str:
    """What a Content-Security-Policy calls the target: its origin, or its scheme for private-use URIs; "" for none."""
    scheme, _, rest = uri.partition(":")
    if scheme in {"http", "https"}:
        host = rest.lstrip("/").partition("/")[0].partition("?")[0]
        return f"{scheme}://{host}" if POLICY_HOST.fullmatch(host) else ""
    return f"{scheme}:" if scheme else ""
