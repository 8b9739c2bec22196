"""The life of signing keys: next → active → retired, or revoked. Due-driven, safe to call at any time by many.

There is always a next key, published long before it signs, so that even an emergency finds a successor that every
client knows. Each step is one conditional UPDATE, or one INSERT into a unique slot: of many callers one takes it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core_app.caller import Caller
from core_app.events import AuditSignal
from core_app.transactions import run_in_transaction
from jwt_app import signals
from jwt_app.algorithms import rules_of
from jwt_app.errors import UnknownKey, UnsuitableKey
from jwt_app.keys import forget_cached_keys, new_row
from jwt_app.models import SigningKey
from jwt_app.schedule import may_sign_from, reads_hints_until, replaced_at, verifies_until
from jwt_app.sealing import open_row, seal_public

State = SigningKey.State
REVOKE_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step that a key took: "published", "activated", "retired" or "revoked"."""

    name: str
    algorithm: str
    kid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why keys move and who moves them, for the record."""

    reason: str = "due"
    user_id: int | None = None
    caller: Caller | None = None


class LostRace(Exception):
    """Somebody else moved the key meanwhile: take back what was done so far."""


def rotate(
    *, algorithm: str = "", at_once: bool = False, now: datetime | None = None, cause: Cause | None = None
) -> list[Step]:
    """Take every step that is due; of one algorithm, or of all in use. Returns the steps this call took.

    `at_once` does not wait for the active key's time to be up, but still for its successor to be known everywhere.
    Raises UnsuitableKey when the algorithm is not in use, or when a key cannot be opened: with a wrong master key
    nothing may be replaced.
    """
    moment, why = now or timezone.now(), cause or Cause()
    algorithms = _algorithms_in_use(algorithm)
    steps: list[Step] = []
    for name in algorithms:
        steps += _publish_next(name, moment, why)
        steps += _activate_if_due(name, moment, at_once, why)
        steps += _publish_next(name, moment, why)
    forget_cached_keys()
    return steps


def revoke(*, kid: str, cause: Cause | None = None) -> list[Step]:
    """Stop trusting a key at once: whatever it signed is refused within a second, everywhere.

    Its successor signs in the same transaction, published long enough or not. Raises UnknownKey.
    """
    why = cause or Cause(reason="operator")
    for _attempt in range(REVOKE_ATTEMPTS):
        try:
            steps = run_in_transaction(lambda: _revoke(kid, why))
            break
        except LostRace:
            continue
    else:
        raise UnknownKey(kid)
    for algorithm in {step.algorithm for step in steps}:
        steps = steps + _publish_next(algorithm, timezone.now(), why)
    forget_cached_keys()
    return steps


def _algorithms_in_use(wanted: str) -> list[str]:
    found = list(
        SigningKey.objects.filter(state=State.ACTIVE)
        .order_by("algorithm")
        .values_list("algorithm", flat=True)
    )
    if not wanted:
        return found
    if wanted not in found:
        raise UnsuitableKey(f"No key of {wanted!r} is in use. In use: {', '.join(found) or 'none'}.")
    return [wanted]


def _publish_next(algorithm: str, now: datetime, why: Cause) -> list[Step]:
    """Put a next key into the JWKS when there is none."""
    if SigningKey.objects.filter(next_slot=algorithm).exists():
        return []
    row = new_row(rules_of(algorithm).generate(), algorithm, state=State.NEXT)
    row.next_slot, row.created_at = algorithm, now
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            return [_tell(signals.key_published, "published", row, why)]
    except IntegrityError:
        # The slot is taken: another caller has published one.
        return []


def _activate_if_due(algorithm: str, now: datetime, at_once: bool, why: Cause) -> list[Step]:
    active = SigningKey.objects.filter(active_slot=algorithm).first()
    upcoming = SigningKey.objects.filter(next_slot=algorithm).first()
    if active is None or upcoming is None:
        return []
    due = now if at_once else replaced_at(active)
    if due is None or due > now or may_sign_from(upcoming) > now:
        return []
    for row in (active, upcoming):
        if open_row(row) is None:
            raise UnsuitableKey(
                f"Signing key {row.kid} cannot be opened: is MASTER_KEYS right? Nothing was rotated."
            )
    try:
        return run_in_transaction(lambda: _succeed(active, upcoming, now, why))
    except LostRace:
        return []


def _succeed(active: SigningKey, upcoming: SigningKey, now: datetime, why: Cause) -> list[Step]:
    """The old key first: it gives the slot free. Both or none."""
    key = open_row(active)
    retired = SigningKey.objects.filter(pk=active.pk, state=State.ACTIVE).update(
        state=State.RETIRED,
        active_slot=None,
        private_sealed="",
        public_sealed=seal_public(key) if key is not None else "",
        retired_at=now,
        verify_until=verifies_until(now),
        hints_until=reads_hints_until(now),
    )
    if not retired or not _start_signing(upcoming, now):
        raise LostRace
    return [
        _tell(signals.key_retired, "retired", active, why),
        _tell(signals.key_activated, "activated", upcoming, why),
    ]


def _start_signing(upcoming: SigningKey, now: datetime) -> bool:
    return bool(
        SigningKey.objects.filter(pk=upcoming.pk, state=State.NEXT).update(
            state=State.ACTIVE, active_slot=upcoming.algorithm, next_slot=None, activated_at=now
        )
    )


def _revoke(kid: str, why: Cause) -> list[Step]:
    now = timezone.now()
    row = SigningKey.objects.filter(kid=kid).first()
    if row is None:
        raise UnknownKey(kid)
    if row.state == State.REVOKED:
        return []
    # What the row was decides whether it needs a successor, so it must still be that.
    revoked = SigningKey.objects.filter(pk=row.pk, state=row.state).update(
        state=State.REVOKED,
        active_slot=None,
        next_slot=None,
        private_sealed="",
        public_sealed="",
        retired_at=row.retired_at or now,
        verify_until=now,
        hints_until=now,
    )
    if not revoked:
        raise LostRace
    steps = [_tell(signals.key_revoked, "revoked", row, why)]
    return steps + _replace(row.algorithm, now, why) if row.state == State.ACTIVE else steps


def _replace(algorithm: str, now: datetime, why: Cause) -> list[Step]:
    """The next key signs at once; without one that can, a new key does."""
    upcoming = SigningKey.objects.filter(next_slot=algorithm).first()
    if upcoming is not None and open_row(upcoming) is not None:
        if not _start_signing(upcoming, now):
            raise LostRace
        return [_tell(signals.key_activated, "activated", upcoming, why)]
    row = new_row(rules_of(algorithm).generate(), algorithm, state=State.ACTIVE)
    row.active_slot, row.created_at, row.activated_at = algorithm, now, now
    row.save(force_insert=True)
    return [_tell(signals.key_activated, "activated", row, why)]


def _tell(signal: AuditSignal, name: str, row: SigningKey, why: Cause) -> Step:
    signal.emit(subject=row.short_name, reason=why.reason, user_id=why.user_id, caller=why.caller)
    return Step(name=name, algorithm=row.algorithm, kid=row.kid)
