"""Which addresses a client may register: redirect URIs, logout URIs, browser origins, links shown to people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})
WEB_SCHEMES = frozenset({"http", "https"})
DEFAULT_PORTS = {"http": 80, "https": 443}

Problems = dict[str, list[str | Promise]]


def check_addresses(
    *,
    redirects: Mapping[str, Sequence[str]],
    web_addresses: Mapping[str, str],
    origins: Sequence[str],
    audiences: Sequence[str],
    allows_plain_http: bool,
) -> Problems:
    """Problems by field name. `redirects` may have schemes of their own, `web_addresses` are https or empty."""
    problems: Problems = defaultdict(list)
    for name, uris in redirects.items():
        reasons = (redirect_uri_problem(uri, allows_plain_http=allows_plain_http) for uri in uris)
        problems[name].extend(reason for reason in reasons if reason is not None)
    for name, uri in web_addresses.items():
        reason = web_address_problem(uri, allows_plain_http=allows_plain_http) if uri else None
        problems[name].extend([reason] if reason is not None else [])
    reasons = (origin_problem(origin, allows_plain_http=allows_plain_http) for origin in origins)
    problems["allowed_origins"].extend(reason for reason in reasons if reason is not None)
    problems["audiences"].extend(
        _("%(audience)s must be plain text without a fragment (RFC 8707 §2).") % {"audience": audience}
        for audience in audiences
        if not audience.isascii() or not audience.isprintable() or "#" in audience
    )
    return {name: reasons for name, reasons in problems.items() if reasons}


def redirect_uri_problem(uri: str, *, allows_plain_http: bool) -> str | Promise | None:
    """Why a redirect URI may not be registered, or None (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1)."""
    parts = _split(uri)
    if parts is None:
        return _("%(uri)s is not a URI.") % {"uri": uri}
    scheme = parts.scheme.lower()
    if not uri.isascii() or not scheme or "#" in uri or "*" in uri or "\\" in uri or not uri.isprintable():
        return _("%(uri)s must be absolute, exact and without a fragment.") % {"uri": uri}
    if scheme in FORBIDDEN_SCHEMES:
        return _("%(uri)s has a scheme that runs in the browser.") % {"uri": uri}
    if scheme in WEB_SCHEMES:
        return _host_problem(uri, parts, allows_plain_http=allows_plain_http)
    # RFC 8252 §7.1: private-use schemes are reverse domain names, so that two apps do not meet by chance.
    return None if "." in scheme else _("%(uri)s: use a reverse domain name as scheme.") % {"uri": uri}


def web_address_problem(uri: str, *, allows_plain_http: bool) -> str | Promise | None:
    """Why something the server or a browser will fetch may not be registered, or None."""
    parts = _split(uri)
    if parts is not None and parts.scheme.lower() not in WEB_SCHEMES:
        return _("%(uri)s must be an https address.") % {"uri": uri}
    return redirect_uri_problem(uri, allows_plain_http=allows_plain_http)


def origin_problem(origin: str, *, allows_plain_http: bool) -> str | Promise | None:
    """Why a browser origin may not be registered, or None. It is compared as the browser writes it (RFC 6454 §6.2)."""
    parts = _split(origin)
    if parts is None or parts.scheme not in WEB_SCHEMES or not parts.hostname or "*" in origin:
        return _("%(origin)s is not an origin. Write it as https://app.example.") % {"origin": origin}
    written = _origin(parts)
    if origin != written or not origin.isascii():
        return _("%(origin)s is not written as browsers send it: %(written)s.") % {
            "origin": origin,
            "written": written,
        }
    return _host_problem(origin, parts, allows_plain_http=allows_plain_http)


def _host_problem(uri: str, parts: SplitResult, *, allows_plain_http: bool) -> str | Promise | None:
    if not parts.hostname or parts.username is not None or parts.port == 0:
        return _("%(uri)s needs a host and no user name.") % {"uri": uri}
    if parts.scheme.lower() == "http" and parts.hostname not in LOOPBACK_HOSTS and not allows_plain_http:
        return _("%(uri)s must use https.") % {"uri": uri}
    return None


def _origin(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018  the property raises for a port that is none
    except ValueError:
        return None
    return parts
