"""The key ring in figures."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from jwt_app.models import SigningKey
from jwt_app.schedule import next_step_at


def key_age() -> Mapping[str, float]:
    """Seconds since the active key of each algorithm began to sign. One statement."""
    now = timezone.now()
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE).only(
        "algorithm", "activated_at", "created_at"
    )
    return {row.algorithm: (now - (row.activated_at or row.created_at)).total_seconds() for row in active}


def keys_in_use() -> list[SigningKey]:
    """Keys that sign, will sign, or still verify; the newest of each algorithm first."""
    rows = SigningKey.objects.exclude(state=SigningKey.State.REVOKED).exclude(
        verify_until__lte=timezone.now()
    )
    return list(rows.order_by("algorithm", "-created_at", "-pk"))


def describe(row: SigningKey) -> dict[str, str | None]:
    """A key in words for an operator's terminal; times are ISO 8601."""
    return {
        "kid": row.kid,
        "algorithm": row.algorithm,
        "state": row.state,
        "published_at": _iso(row.created_at),
        "activated_at": _iso(row.activated_at),
        "retired_at": _iso(row.retired_at),
        "next_step_at": _iso(next_step_at(row)),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None
