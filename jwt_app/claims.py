"""The claim sets of our tokens as plain facts in, plain dictionary out. Absent facts are absent claims."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from jwt_app.algorithms import rules_of
from jwt_app.shared_keys import HS256, SERVER_MAC, SharedKey

ID_TOKEN_CLAIMS = frozenset(
    {
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "sid",
        SERVER_MAC,
    }
)


BACKCHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenFacts:
    """What an access token says (RFC 9068 §2.2). `lifetime` is in seconds; `shared_key` goes with HS256."""

    issuer: str
    subject: str
    audience: tuple[str, ...]
    client_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    lifetime: int
    jti: str
    sid: str | None = None
    auth_time: datetime | None = None
    acr: str = ""
    amr: tuple[str, ...] = ()
    policies: Mapping[str, str] = field(default_factory=dict)
    algorithm: str = "RS256"
    shared_key: SharedKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdTokenFacts:
    """What an ID token says (OIDC Core §2). `access_token` becomes `at_hash`; `extra` is about the person."""

    issuer: str
    subject: str
    client_id: str
    issued_at: datetime
    lifetime: int
    nonce: str | None = None
    sid: str | None = None
    auth_time: datetime | None = None
    acr: str = ""
    amr: tuple[str, ...] = ()
    access_token: str | None = field(default=None, repr=False)
    extra: Mapping[str, object] = field(default_factory=dict)
    algorithm: str = "RS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutTokenFacts:
    """What a logout token says (OIDC Back-Channel Logout §2.4). `lifetime` is in seconds."""

    issuer: str
    subject: str
    client_id: str
    issued_at: datetime
    lifetime: int
    jti: str
    sid: str


def access_token_claims(facts: AccessTokenFacts) -> dict[str, Any]:
    """RFC 9068 §2.2 with our `sid` and `policies`. Raises ValueError without an audience (§2.2, §3)."""
    if not facts.audience:
        raise ValueError("an access token needs an audience")
    issued_at = int(facts.issued_at.timestamp())
    claims: dict[str, Any] = {
        "iss": facts.issuer,
        "sub": facts.subject,
        "aud": facts.audience[0] if len(facts.audience) == 1 else list(facts.audience),
        "exp": issued_at + facts.lifetime,
        "iat": issued_at,
        "jti": facts.jti,
        "client_id": facts.client_id,
    }
    if facts.scopes:
        claims["scope"] = " ".join(facts.scopes)
    if facts.policies:
        claims["policies"] = dict(facts.policies)
    return claims | _authentication(facts)


def id_token_claims(facts: IdTokenFacts) -> dict[str, Any]:
    """OIDC Core §2 and §3.1.3.6. The protocol's own claims never come from `extra`."""
    issued_at = int(facts.issued_at.timestamp())
    claims: dict[str, Any] = {
        name: value for name, value in facts.extra.items() if name not in ID_TOKEN_CLAIMS
    }
    claims |= {
        "iss": facts.issuer,
        "sub": facts.subject,
        "aud": facts.client_id,
        "exp": issued_at + facts.lifetime,
        "iat": issued_at,
    }
    if facts.nonce is not None:
        claims["nonce"] = facts.nonce
    if facts.access_token is not None:
        claims["at_hash"] = half_hash(facts.access_token, facts.algorithm)
    return claims | _authentication(facts)


def logout_token_claims(facts: LogoutTokenFacts) -> dict[str, Any]:
    """OIDC Back-Channel Logout §2.4. Never a nonce, so that it cannot pass for an ID token."""
    issued_at = int(facts.issued_at.timestamp())
    return {
        "iss": facts.issuer,
        "sub": facts.subject,
        "aud": facts.client_id,
        "iat": issued_at,
        "exp": issued_at + facts.lifetime,
        "jti": facts.jti,
        "sid": facts.sid,
        "events": {BACKCHANNEL_LOGOUT: {}},
    }


def half_hash(text: str, algorithm: str) -> str:
    """`at_hash`: base64url of the left half of the hash that belongs to the ID token's algorithm."""
    digest_of = sha256 if algorithm == HS256 else rules_of(algorithm).digest
    digest: bytes = digest_of(text.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _authentication(facts: AccessTokenFacts | IdTokenFacts) -> dict[str, Any]:
    """How and when the person proved who they are; nothing of it for a client on its own behalf."""
    claims: dict[str, Any] = {}
    if facts.sid is not None:
        claims["sid"] = facts.sid
    if facts.auth_time is not None:
        claims["auth_time"] = int(facts.auth_time.timestamp())
    if facts.acr:
        claims["acr"] = facts.acr
    if facts.amr:
        claims["amr"] = list(facts.amr)
    return claims
