"""What an issuer says of itself (OIDC Discovery §3, RFC 8414) and its keys, remembered for a while in this process.

Not in the shared cache: whoever could write there would choose the keys that identities are believed by.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from social_login_app.conf import conf
from social_login_app.errors import NotConfirmed
from social_login_app.line import Line
from social_login_app.providers import Provider, is_http_url

WELL_KNOWN = "/.well-known/openid-configuration"
# Somebody who makes up key ids must not make us ask for the keys each time.
PAUSE_BETWEEN_KEY_REQUESTS_SECONDS = 10
MOST_REMEMBERED = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is needed of an issuer's metadata. `says_issuer`: it names itself in every answer (RFC 9207 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    algorithms: tuple[str, ...]
    auth_methods: tuple[str, ...]
    says_issuer: bool


class _Memory(dict[str, tuple[float, T]]):
    """Values with the moment they were fetched at, few of them."""

    def recall(self, name: str, *, seconds: float) -> T | None:
        fetched_at, value = self.get(name, (0.0, None))
        return value if time.time() - fetched_at < seconds else None

    def keep(self, name: str, value: T) -> T:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[name] = (time.time(), value)
        return value


_metadata: _Memory[Metadata] = _Memory()
_keys: _Memory[list[dict[str, Any]]] = _Memory()


def metadata_of(provider: Provider, line: Line) -> Metadata:
    """The issuer's metadata. Raises ProviderAway, and NotConfirmed when it is another's or cannot be used."""
    known = _metadata.recall(provider.issuer, seconds=conf.SOCIAL_METADATA_SECONDS)
    if known is not None:
        return known
    document = line.get(provider.issuer.rstrip("/") + WELL_KNOWN)
    return _metadata.keep(provider.issuer, _read(provider, document))


def keys_of(provider: Provider, metadata: Metadata, line: Line, *, kid: str) -> list[dict[str, Any]]:
    """The issuer's signing keys (JWKs). Asked for again when `kid` is not among them, but not all the time."""
    known = _keys.recall(metadata.jwks_uri, seconds=conf.SOCIAL_METADATA_SECONDS)
    if known is not None and (not kid or any(key.get("kid") == kid for key in known)):
        return known
    recent = _keys.recall(metadata.jwks_uri, seconds=PAUSE_BETWEEN_KEY_REQUESTS_SECONDS)
    if recent is not None:
        return recent
    document = line.get(metadata.jwks_uri)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise NotConfirmed(provider.label, f"{provider.id}: the keys are no JWK set")
    usable = [key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig"]
    return _keys.keep(metadata.jwks_uri, usable)


def forget_metadata() -> None:
    """Ask every issuer anew."""
    _metadata.clear()
    _keys.clear()


def _read(provider: Provider, document: object) -> Metadata:
    if not isinstance(document, dict) or document.get("issuer") != provider.issuer:
        # OIDC Discovery §4.3: or one issuer could speak for another.
        raise NotConfirmed(provider.label, f"{provider.id}: the metadata is of another issuer")
    return Metadata(
        issuer=provider.issuer,
        authorization_endpoint=_endpoint(provider, document, "authorization_endpoint"),
        token_endpoint=_endpoint(provider, document, "token_endpoint"),
        jwks_uri=_endpoint(provider, document, "jwks_uri"),
        userinfo_endpoint=_endpoint(provider, document, "userinfo_endpoint", optional=True),
        algorithms=_words(document, "id_token_signing_alg_values_supported", ["RS256"]),
        auth_methods=_words(document, "token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(provider: Provider, document: dict[str, Any], name: str, *, optional: bool = False) -> str:
    """An address that is no less protected than the issuer itself."""
    url = document.get(name, "")
    if optional and not url:
        return ""
    is_downgrade = urlsplit(provider.issuer).scheme == "https" and not str(url).startswith("https://")
    if not isinstance(url, str) or not is_http_url(url.partition("?")[0]) or is_downgrade:
        raise NotConfirmed(provider.label, f"{provider.id}: {name} cannot be used")
    return url


def _words(document: dict[str, Any], name: str, default: Sequence[str]) -> tuple[str, ...]:
    listed = document.get(name)
    return (
        tuple(word for word in listed if isinstance(word, str))
        if isinstance(listed, list)
        else tuple(default)
    )
