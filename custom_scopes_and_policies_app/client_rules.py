"""What makes a client registration consistent: checked when it is saved, never first at the token endpoint."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import phonenumbers
from django.utils.translation import gettext_lazy as _

from custom_scopes_and_policies_app.client_addresses import Problems
from sessions_app.assurance import LADDER

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = frozenset({"authorization_code", "refresh_token", "client_credentials", DEVICE_CODE})
RESPONSE_MODES = ("query", "form_post")
SHORTEST_LIFETIME = 60
LONGEST_ACCESS_TOKEN = 24 * 3600
LONGEST_FAMILY = 10 * 366 * 24 * 3600


def check_client(
    *,
    grant_types: object,
    response_types: object,
    response_modes: object,
    required_acr: str,
    client_type: str,
    auth_method: str,
    algorithm: str,
    has_redirect_uri: bool,
    is_pkce_required: bool,
    may_introspect: bool,
) -> Problems:
    """Problems by field name; empty when the client is consistent."""
    problems: Problems = defaultdict(list)
    is_public = client_type == "public"
    types = _list_of_text(grant_types)
    if types is None:
        problems["grant_types"].append(_("Give a list of grant types."))
    else:
        _check_grant_types(problems, types, is_public=is_public, has_redirect_uri=has_redirect_uri)
    if response_types not in (["code"], []):
        problems["response_types"].append(_('Only ["code"] is supported.'))
    if not set(_list_of_text(response_modes) or ["?"]) <= set(RESPONSE_MODES):
        problems["response_modes"].append(
            _("Choose at least one of: %(names)s.") % {"names": ", ".join(RESPONSE_MODES)}
        )
    if required_acr and required_acr not in LADDER:
        problems["required_acr"].append(_("Not a level of assurance: %(acr)s.") % {"acr": required_acr})
    if is_public != (auth_method == "none"):
        problems["token_endpoint_auth_method"].append(
            _("A public client authenticates with “none”, a confidential one with its secret.")
        )
    if is_public and algorithm.startswith("HS"):
        problems["algorithm"].append(
            _("A public client can keep no key of its own: choose another algorithm.")
        )
    if is_public and not is_pkce_required:
        problems["is_pkce_required"].append(_("A public client must use PKCE (OAuth 2.1 §7.5)."))
    if is_public and may_introspect:
        problems["may_introspect"].append(
            _("Only a client with a secret may ask about tokens (RFC 7662 §2.1).")
        )
    return {name: reasons for name, reasons in problems.items() if reasons}


def check_names(
    *, scopes: Sequence[str], known_scopes: Collection[str], countries: Sequence[str]
) -> Problems:
    """Problems with scopes that are not in the catalogue and countries that do not exist."""
    problems: Problems = {}
    unknown = [name for name in scopes if name not in known_scopes]
    if unknown:
        problems["allowed_scopes"] = [_("No such scope: %(names)s.") % {"names": ", ".join(unknown)}]
    wrong = [code for code in countries if code not in phonenumbers.SUPPORTED_REGIONS]
    if wrong:
        problems["allowed_countries"] = [
            _("Not a country: %(codes)s. Use two capital letters, as MN.") % {"codes": ", ".join(wrong)}
        ]
    return problems


def check_lifetimes(lifetimes: Mapping[str, int | None], *, default_family: int) -> Problems:
    """Problems with lifetimes in seconds; None is the server's default."""
    longest = {
        "access_token_lifetime": LONGEST_ACCESS_TOKEN,
        "refresh_token_lifetime": LONGEST_FAMILY,
        "refresh_token_idle": lifetimes.get("refresh_token_lifetime") or default_family,
    }
    problems: Problems = {}
    for name, seconds in lifetimes.items():
        if seconds is not None and not SHORTEST_LIFETIME <= seconds <= longest[name]:
            problems[name] = [
                _("Give %(least)d to %(most)d seconds.") % {"least": SHORTEST_LIFETIME, "most": longest[name]}
            ]
    return problems


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


def _list_of_text(value: object) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return None
