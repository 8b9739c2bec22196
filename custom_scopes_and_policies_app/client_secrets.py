"""Client secrets: 256 random bits, of which a digest is kept.

A slow password hash would protect nothing here, as the secret cannot be guessed, and would hand every caller of the
token endpoint a third of a second of our time (design §4). Nor does a key of the server go into the digest: against
256 random bits it adds nothing, and a lost or rotated master key would shut out every app.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypedDict

from django.utils import timezone

from core_app.ids import time_ordered_uuid

HINT_LENGTH = 4


class StoredSecret(TypedDict):
    """What is kept of a secret. `expires_at` is ISO 8601 or None."""

    id: str
    digest: str
    hint: str
    created_at: str
    expires_at: str | None


def new_secret() -> str:
    """A generated secret: 256 bits, base64url."""
    return secrets.token_urlsafe(32)


def store_secret(secret: str, *, expires_at: datetime | None = None) -> StoredSecret:
    """The record to keep for a secret."""
    return StoredSecret(
        id=str(time_ordered_uuid()),
        digest=_digest(secret),
        hint=secret[-HINT_LENGTH:],
        created_at=timezone.now().isoformat(),
        expires_at=expires_at.isoformat() if expires_at else None,
    )


def is_right_secret(presented: str, stored: Iterable[Mapping[str, str | None]]) -> bool:
    """Constant-time comparison with every unexpired secret, without stopping at the first match (B06)."""
    digest = _digest(presented)
    is_right = False
    for entry in stored:
        expires_at = entry.get("expires_at")
        if expires_at and datetime.fromisoformat(expires_at) <= timezone.now():
            continue
        is_right |= hmac.compare_digest(digest, str(entry["digest"]))
    return is_right


def _digest(secret: str) -> str:
    return hashlib.sha256(b"client-secret:" + secret.encode()).hexdigest()
