"""What makes a client registration consistent: checked when it is saved, never first at the token endpoint."""

from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sessions_app.assurance import LADDER

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})

Problems = dict[str, list[str | Promise]]
GRANT_TYPES = frozenset({"authorization_code", "refresh_token", "client_credentials"})


def check_client(
    *,
    grant_types: object,
    response_types: object,
    required_acr: str,
    client_type: str,
    auth_method: str,
    redirect_uris: Sequence[str],
    post_logout_redirect_uris: Sequence[str],
    origins: Sequence[str],
    is_pkce_required: bool,
    allows_plain_http: bool,
) -> Problems:
    """Problems by field name; empty when the client is consistent."""
    problems: Problems = defaultdict(list)
    is_public = client_type == "public"
    types = _list_of_text(grant_types)
    if types is None:
        problems["grant_types"].append(_("Give a list of grant types."))
    else:
        _check_grant_types(problems, types, is_public=is_public, has_redirect_uri=bool(redirect_uris))
    if response_types not in (["code"], []):
        problems["response_types"].append(_('Only ["code"] is supported.'))
    if required_acr and required_acr not in LADDER:
        problems["required_acr"].append(_("Not a level of assurance: %(acr)s.") % {"acr": required_acr})
    if is_public != (auth_method == "none"):
        problems["token_endpoint_auth_method"].append(
            _("A public client authenticates with “none”, a confidential one with its secret.")
        )
    if is_public and not is_pkce_required:
        problems["is_pkce_required"].append(_("A public client must use PKCE (OAuth 2.1 §7.5)."))
    for name, uris in (
        ("redirect_uris", redirect_uris),
        ("post_logout_redirect_uris", post_logout_redirect_uris),
    ):
        reasons = (redirect_uri_problem(uri, allows_plain_http=allows_plain_http) for uri in uris)
        problems[name].extend(reason for reason in reasons if reason is not None)
    problems["allowed_origins"].extend(
        _("%(origin)s is not an origin.") % {"origin": origin} for origin in origins if not _is_origin(origin)
    )
    return {name: reasons for name, reasons in problems.items() if reasons}


def _check_grant_types(
    problems: Problems, types: Sequence[str], *, is_public: bool, has_redirect_uri: bool
) -> None:
    unknown = set(types) - GRANT_TYPES
    if unknown:
        problems["grant_types"].append(_("Not supported: %(names)s.") % {"names": ", ".join(sorted(unknown))})
    if "authorization_code" in types and not has_redirect_uri:
        problems["redirect_uris"].append(_("The authorization code grant needs at least one redirect URI."))
    if is_public and "client_credentials" in types:
        problems["grant_types"].append(_("A public client has no credentials of its own (RFC 6749 §4.4)."))


def redirect_uri_problem(uri: str, *, allows_plain_http: bool) -> str | Promise | None:
    """Why a redirect URI may not be registered, or None (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1)."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return _("%(uri)s is not a URI.") % {"uri": uri}
    scheme = parts.scheme.lower()
    if not uri.isascii() or not scheme or "#" in uri or "*" in uri or "\\" in uri or not uri.isprintable():
        return _("%(uri)s must be absolute, exact and without a fragment.") % {"uri": uri}
    if scheme in FORBIDDEN_SCHEMES:
        return _("%(uri)s has a scheme that runs in the browser.") % {"uri": uri}
    if scheme in {"http", "https"}:
        if not parts.hostname or parts.username is not None or port == 0:
            return _("%(uri)s needs a host and no user name.") % {"uri": uri}
        if scheme == "http" and parts.hostname not in LOOPBACK_HOSTS and not allows_plain_http:
            return _("%(uri)s must use https.") % {"uri": uri}
        return None
    # RFC 8252 §7.1: private-use schemes are reverse domain names, so that two apps do not meet by chance.
    return None if "." in scheme else _("%(uri)s: use a reverse domain name as scheme.") % {"uri": uri}


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and not (parts.path or parts.query or parts.fragment)
    )


def _list_of_text(value: object) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return None
