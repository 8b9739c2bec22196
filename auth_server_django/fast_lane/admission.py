"""Which requests the lane answers by itself: plain ones. Whatever is odd, refused early or about cookies is Django's.

So there is one place only that answers a wrong host, redirects to HTTPS, or refuses what is too long.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from auth_server_django.arrival import are_forwarding_headers_good, are_headers_too_long, is_query_too_long
from auth_server_django.metrics.instruments import METHODS
from custom_scopes_and_policies_app.conf import conf

HTTPS = "https"
# What makes Django look closer: another idea of the path, a session, words in an address, a body without a length.
ODD = (
    "SCRIPT_NAME", "SCRIPT_URL", "REDIRECT_URL", "QUERY_STRING", "HTTP_COOKIE", "HTTP_TRANSFER_ENCODING",
)  # fmt: skip

# Of a browser that brings an app's request: its query and its cookies are what is asked about.
ODD_FOR_BROWSERS = tuple(name for name in ODD if name not in {"QUERY_STRING", "HTTP_COOKIE"})


class Admission:
    """Decides by settings that are read once: they do not change while a process lives."""

    def __init__(self) -> None:
        self._is_closed = bool(
            settings.USE_X_FORWARDED_HOST
            or settings.USE_X_FORWARDED_PORT
            or settings.PREPEND_WWW
            or settings.DISALLOWED_USER_AGENTS
            or settings.FORCE_SCRIPT_NAME is not None
        )
        self._https_only = bool(settings.SECURE_SSL_REDIRECT)
        self._scheme_header, self._https_value = settings.SECURE_PROXY_SSL_HEADER
        self._is_our_host = _host_check()

    def admits(self, environ: Mapping[str, Any]) -> bool:
        """Whether the lane is sure of this request, whose path is one of its own."""
        return self._admits(environ, ODD)

    def admits_browser(self, environ: Mapping[str, Any]) -> bool:
        """The same of the authorization endpoint, which is asked with a query and by somebody's cookie."""
        cookies = environ.get("HTTP_COOKIE", "")
        # Django reads cookies as UTF-8, a WSGI environ has them as Latin-1 (PEP 3333): beyond ASCII they differ.
        is_asked = environ["REQUEST_METHOD"] == "GET" and cookies and cookies.isascii()
        return bool(is_asked) and not is_query_too_long(environ) and self._admits(environ, ODD_FOR_BROWSERS)

    def _admits(self, environ: Mapping[str, Any], odd: Sequence[str]) -> bool:
        return not (
            self._is_closed
            or any(map(environ.get, odd))
            or environ["REQUEST_METHOD"] not in METHODS
            or not self._is_our_host(environ.get("HTTP_HOST", ""))
            or not are_forwarding_headers_good(environ)
            or (self._https_only and not self.is_secure(environ))
            or not _is_length_good(environ)
            or are_headers_too_long(environ)
        )

    def is_secure(self, environ: Mapping[str, Any]) -> bool:
        """Whether the caller came by HTTPS, as `HttpRequest.is_secure` tells it for a peer that is believed."""
        said = environ.get(self._scheme_header)
        if said is None:
            return bool(environ["wsgi.url_scheme"] == HTTPS)
        return str(said).partition(",")[0].strip() == self._https_value


def _host_check() -> Callable[[str], bool]:
    """As `HttpRequest.get_host` checks it. The names are remembered: a pattern may allow many of them."""
    allowed = list(settings.ALLOWED_HOSTS)

    @lru_cache(maxsize=256)
    def is_ours(host: str) -> bool:
        domain, _ = split_domain_port(host)
        return bool(domain) and validate_host(domain, allowed)

    return is_ours


def _is_length_good(environ: Mapping[str, Any]) -> bool:
    """Whether the body has a length that can be read, and is not longer than any endpoint reads."""
    length = environ.get("CONTENT_LENGTH") or "0"
    # More digits than these are too many anyway, however many there are.
    return len(length) < 10 and length.isascii() and length.isdigit() and int(length) <= conf.MAX_REQUEST_BODY
