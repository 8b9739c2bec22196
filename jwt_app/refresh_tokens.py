"""Refresh tokens that are derived, not stored (design §4): family, generation and a MAC over both.

`base64url(version 1B ‖ master key id 2B ‖ family 16B ‖ generation 4B ‖ HMAC-SHA256 32B)`. The MAC also covers
the family's seed, which only the database row holds: neither a database dump nor the master key alone makes a
token.
"""

import base64
import binascii
import hmac
import re
import uuid
from dataclasses import dataclass, field

from core_app import keyring
from jwt_app.errors import InvalidToken

MAC_PURPOSE = "refresh-token"
VERSION = 1
KEY_ID_BYTES = 2
FAMILY_BYTES = 16
GENERATION_BYTES = 4
MAC_BYTES = 32
HEAD_BYTES = 1 + KEY_ID_BYTES + FAMILY_BYTES + GENERATION_BYTES
TOKEN_LENGTH = -(-(HEAD_BYTES + MAC_BYTES) * 4 // 3)

_SHAPE = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PresentedRefreshToken:
    """What a text claims to be. Nothing in it is true until `is_genuine` says so."""

    family: uuid.UUID
    generation: int
    key_id: str
    head: bytes = field(repr=False)
    tag: bytes = field(repr=False)


def derive(*, family: uuid.UUID, generation: int, seed: bytes) -> str:
    """The token of one generation of a family under the current master key; same facts, same token."""
    key_id = keyring.current_key_id()
    head = (
        bytes([VERSION]) + bytes.fromhex(key_id) + family.bytes + generation.to_bytes(GENERATION_BYTES, "big")
    )
    return _to_text(head + _mac(head, seed, key_id))


def parse(text: str) -> PresentedRefreshToken:
    """Read a presented text. Raises InvalidToken when it cannot be one of ours; needs no key."""
    if not _SHAPE.fullmatch(text):
        raise InvalidToken("not the form of a refresh token")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidToken("not base64url") from error
    # The last character has unused bits: only one spelling of a token counts.
    if _to_text(raw) != text or raw[0] != VERSION:
        raise InvalidToken("not canonical, or of an unknown version")
    head, tag = raw[:HEAD_BYTES], raw[HEAD_BYTES:]
    family_at = 1 + KEY_ID_BYTES
    generation_at = family_at + FAMILY_BYTES
    return PresentedRefreshToken(
        family=uuid.UUID(bytes=head[family_at:generation_at]),
        generation=int.from_bytes(head[generation_at:], "big"),
        key_id=head[1:family_at].hex(),
        head=head,
        tag=tag,
    )


def is_genuine(presented: PresentedRefreshToken, *, seed: bytes) -> bool:
    """Whether this server derived the token for the family that has this seed. Compares in constant time."""
    try:
        expected = _mac(presented.head, seed, presented.key_id)
    except keyring.SealBroken:
        return False
    return hmac.compare_digest(expected, presented.tag)


def _mac(head: bytes, seed: bytes, key_id: str) -> bytes:
    return keyring.mac(MAC_PURPOSE, head, seed, key_id=key_id)


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
