"""HS256 (RFC 7518 §3.2) with keys that a client and this server share: never in the ring, never in the JWKS.

Whoever can check such a signature can also make one, so the signature alone does not prove that a token is ours.
Every HS256 token therefore carries `server_mac`, a MAC over its claims under a key that never leaves this server:
a client cannot write itself a token for another person, and nothing has to be looked up to know it.
"""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from core_app import keyring

HS256 = "HS256"
MIN_SECRET_BYTES = 32
SERVER_MAC = "server_mac"
MAC_PURPOSE = "shared-key-token"


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A symmetric key and the name that tokens call it by. Raises ValueError below 256 bits (RFC 7518 §3.2)."""

    kid: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < MIN_SECRET_BYTES:
            raise ValueError("an HS256 key needs at least 256 bits")


SharedKeyFinder = Callable[[str], SharedKey | None]
"""The key of a kid, or None. It may not read the database: it is asked before anything is known to be true."""


def make_signature(signing_input: bytes, key: SharedKey) -> bytes:
    return hmac.new(key.secret, signing_input, sha256).digest()


def fits(signing_input: bytes, key: SharedKey, signature: bytes) -> bool:
    """Whether the signature was made with the key. Compares in constant time."""
    return hmac.compare_digest(make_signature(signing_input, key), signature)


def with_server_mac(claims: Mapping[str, Any], *, typ: str, kid: str) -> dict[str, Any]:
    """The claims and, in `server_mac`, the proof that this server made them."""
    key_id = keyring.current_key_id()
    return {**claims, SERVER_MAC: f"{key_id}.{_mac(claims, typ, kid, key_id)}"}


def has_server_mac(claims: Mapping[str, Any], *, typ: str, kid: str) -> bool:
    """Whether this server made exactly these claims, for this use and this key."""
    presented = claims.get(SERVER_MAC)
    if not isinstance(presented, str) or not presented.isascii():
        return False
    key_id, _, tag = presented.partition(".")
    rest = {name: value for name, value in claims.items() if name != SERVER_MAC}
    try:
        # An empty id would name the current key: one spelling only.
        return bool(key_id) and hmac.compare_digest(_mac(rest, typ, kid, key_id), tag)
    except (keyring.SealBroken, ValueError, RecursionError):
        # The client wrote what no server of ours writes: an odd key id, or lists in lists in lists.
        return False


def _mac(claims: Mapping[str, Any], typ: str, kid: str, key_id: str) -> str:
    canonical = json.dumps(claims, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    raw = keyring.mac(MAC_PURPOSE, typ.encode(), kid.encode(), canonical, key_id=key_id)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
