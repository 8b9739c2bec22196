"""The providers that the operator has set up: read from `SOCIAL_PROVIDERS`, found by id, refused while disabled."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from core_app.errors import NotFound
from social_login_app.conf import conf

GOOGLE, GITHUB, OIDC = "google", "github", "oidc"
ID_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MAX_ISSUER = 200
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    GOOGLE: {
        "label": "Google",
        "issuer": "https://accounts.google.com",
        "scopes": ["openid", "email", "profile"],
        "trusts_email": True,
    },
    GITHUB: {
        "label": "GitHub",
        "issuer": "https://github.com",
        "api_url": "https://api.github.com",
        "scopes": ["read:user", "user:email"],
        "trusts_email": True,
    },
    OIDC: {"scopes": ["openid", "email", "profile"]},
}


class BadProviders(ValueError):
    """`SOCIAL_PROVIDERS` cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider. `trusts_email`: its word that an address is verified counts here.

    `app_redirect_uris` are the addresses at which apps with pages of their own take the answer.
    """

    id: str
    kind: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()
    enabled: bool = True
    trusts_email: bool = False
    token_endpoint_auth_method: str = ""
    api_url: str = ""
    app_redirect_uris: tuple[str, ...] = ()


def enabled_providers() -> list[Provider]:
    """Those that people may sign in with, in the operator's order."""
    return [provider for provider in read_providers(conf.SOCIAL_PROVIDERS) if provider.enabled]


def find_provider(provider_id: str) -> Provider:
    """The enabled provider of this id. Raises NotFound: a disabled one does not exist, whoever asks (J05)."""
    for provider in enabled_providers():
        if provider.id == provider_id:
            return provider
    raise NotFound(_("There is no such way to sign in here."))


def label_of(issuer: str) -> str:
    """What people call an issuer, disabled or not; its host when it is not set up any more."""
    for provider in read_providers(conf.SOCIAL_PROVIDERS):
        if provider.issuer == issuer:
            return provider.label
    return urlsplit(issuer).hostname or issuer


@lru_cache(maxsize=4)
def read_providers(text: str) -> tuple[Provider, ...]:
    """Every provider of the setting. Raises BadProviders."""
    try:
        listed = json.loads(text or "[]")
    except ValueError as error:
        raise BadProviders(f"not JSON: {error}") from error
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise BadProviders("expected a JSON list of objects")
    providers = tuple(_read(entry) for entry in listed)
    for name in ("id", "issuer"):
        values = [getattr(provider, name) for provider in providers]
        if len(set(values)) < len(values):
            raise BadProviders(f"two providers have the same {name}")
    return providers


def _read(entry: Mapping[str, Any]) -> Provider:
    kind = entry.get("kind", OIDC)
    if kind not in DEFAULTS:
        raise BadProviders(f"unknown kind {kind!r}: one of {', '.join(DEFAULTS)}")
    unknown = set(entry) - {option.name for option in fields(Provider)}
    if unknown:
        raise BadProviders(f"unknown option {', '.join(sorted(unknown))}")
    options = {"label": str(entry.get("id", "")).title(), **DEFAULTS[kind], **entry, "kind": kind}
    for name in ("scopes", "app_redirect_uris"):
        if name in options:
            options[name] = _texts(name, options[name])
    try:
        provider = Provider(**options)
    except TypeError as error:
        raise BadProviders("a provider needs id, client_id, and issuer unless its kind has one") from error
    _require_good(provider)
    return provider


def _texts(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise BadProviders(f"{name}: expected a list of texts")


def _require_good(provider: Provider) -> None:
    for option in fields(Provider):
        if option.type in {str, bool} and type(getattr(provider, option.name)) is not option.type:
            raise BadProviders(f"{option.name}: expected a {'text' if option.type is str else 'yes or no'}")
    if not ID_FORM.fullmatch(provider.id):
        raise BadProviders(f"id {provider.id!r}: small letters, digits and dashes, 32 at most")
    if not provider.client_id:
        raise BadProviders(f"{provider.id}: client_id is empty")
    for name, url in (("issuer", provider.issuer), ("api_url", provider.api_url)):
        if url and not is_http_url(url):
            raise BadProviders(f"{provider.id}: {name} is no http(s) address")
    if not 0 < len(provider.issuer) <= MAX_ISSUER:
        raise BadProviders(f"{provider.id}: issuer is empty, or longer than {MAX_ISSUER}")
    if provider.kind != GITHUB and "openid" not in provider.scopes:
        raise BadProviders(f"{provider.id}: scopes lack openid")
    method = provider.token_endpoint_auth_method
    if method and method not in AUTH_METHODS:
        raise BadProviders(f"{provider.id}: token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}")


def is_http_url(text: str) -> bool:
    """Whether this is an absolute address without user, query and fragment."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_plain
