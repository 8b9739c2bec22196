"""One reading of the key ring: which key signs, which verify, which are published."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import Error as AnyDatabaseError
from django.db.models import Q
from django.utils import timezone

from jwt_app.algorithms import public_jwk
from jwt_app.models import SigningKey
from jwt_app.sealing import LoadedKey, VerificationKey, open_row

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key with the ends of its two uses; None where there is no end yet."""

    key: VerificationKey
    verify_until: datetime | None
    hints_until: datetime | None

    def verifies(self) -> bool:
        """Whether a token that it signed may still be good."""
        return self.verify_until is None or self.verify_until > timezone.now()

    def reads_hints(self) -> bool:
        """Whether an expired ID token that it signed is still understood."""
        return self.verifies() or (self.hints_until is not None and self.hints_until > timezone.now())


@dataclass(frozen=True, slots=True)
class Ring:
    """What one reading of the database said. `read_at` is monotonic seconds."""

    read_at: float
    active: Mapping[str, LoadedKey]
    known: Mapping[str, KnownKey]
    published: Mapping[str, list[dict[str, str]]]


def read_ring(previous: Ring | None) -> Ring:
    """Read all keys. When the database is away, what was known goes on serving (D10)."""
    read_at, now = time.monotonic(), timezone.now()
    in_use = Q(verify_until__isnull=True) | Q(verify_until__gt=now) | Q(hints_until__gt=now)
    try:
        rows = list(SigningKey.objects.filter(in_use).order_by("created_at", "pk"))
    except AnyDatabaseError:
        if previous is None:
            raise
        logger.warning("signing keys could not be read; going on with those known")
        return replace(previous, read_at=read_at)
    opened = [(row, open_row(row)) for row in rows]
    known = [
        (row, KnownKey(key, row.verify_until, row.hints_until)) for row, key in opened if key is not None
    ]
    return Ring(
        read_at=read_at,
        active={
            row.algorithm: entry.key
            for row, entry in known
            if row.state == SigningKey.State.ACTIVE and isinstance(entry.key, LoadedKey)
        },
        known={entry.key.kid: entry for _row, entry in known},
        published={
            "keys": [
                public_jwk(entry.key.public, entry.key.algorithm) for _row, entry in known if entry.verifies()
            ]
        },
    )
