"""The atomic part of the locks: rows, and the one UPDATE per row that decides."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.caller import Caller, present_caller
from core_app.errors import Unavailable
from core_app.events import REFUSED
from limits_app.conf import conf
from limits_app.failures import Rule, Tally, lock_end
from limits_app.identity import key_hash, label_of, plain_identity
from limits_app.models import FailureCount
from limits_app.network import ip_bucket
from limits_app.signals import (
    account_locked,
    account_unlocked,
    address_locked,
    address_unlocked,
    owner_wanted,
)

Kind = FailureCount.Kind
# Each lost race is somebody else's attempt, and limits allow few of those.
MOST_RACES = 100
NEVER = 2**31
FIELDS = tuple(field.name for field in fields(Tally))
# A row of failures is remembered over its locks; one of an unused number is not remembered for ever.
ROW_REMEMBERED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt is counted, and under which rule."""

    kind: str
    key_hash: str
    label: str
    rule: Rule
    owner_hash: str = ""
    # The account itself, for the one question whose it is; it is neither stored nor printed.
    identity: str = field(default="", repr=False)


def places_of(
    *, account: str, ip: str, device: str = "", is_second_factor: bool = False
) -> tuple[Place, ...]:
    """A known device stands for itself; anybody else counts against the account and the address.

    Second factors have a count of their own beside the account's: nobody tries one who has not passed the first.
    """
    identity = plain_identity(account)
    owner = key_hash(Kind.ACCOUNT, identity) if identity else ""
    address = ip_bucket(ip)
    of_address = (Place(Kind.IP, key_hash(Kind.IP, address), address, rule_of(Kind.IP)),) if address else ()
    if identity and is_second_factor:
        key = key_hash(Kind.SECOND_FACTOR, identity)
        label = label_of(identity)
        return (
            Place(Kind.SECOND_FACTOR, key, label, rule_of(Kind.SECOND_FACTOR), owner, identity),
            *of_address,
        )
    if identity and device:
        key = key_hash(Kind.DEVICE, f"{identity}\n{device}")
        return (Place(Kind.DEVICE, key, label_of(identity), rule_of(Kind.DEVICE), owner, identity),)
    if identity:
        rule = rule_of(Kind.ACCOUNT)
        return (Place(Kind.ACCOUNT, owner, label_of(identity), rule, identity=identity), *of_address)
    return of_address


def rule_of(kind: str) -> Rule:
    """The settings' rule for accounts, devices or addresses. A row of failures is no matter of an address."""
    limits = {Kind.DEVICE: conf.DEVICE_FAILURE_LIMIT, Kind.IP: conf.IP_FAILURE_LIMIT}
    limit = limits.get(Kind(kind), 0) or conf.FAILURE_LIMIT
    own_lock = conf.IP_LOCK_SECONDS if kind == Kind.IP else 0
    lock = timedelta(seconds=own_lock or conf.LOCK_SECONDS)
    memory = timedelta(seconds=conf.FAILURE_MEMORY_SECONDS) or lock
    many = NEVER if kind == Kind.IP else conf.MANY_FAILURES
    long_lock = max(lock, timedelta(seconds=conf.LONG_LOCK_SECONDS))
    return Rule(limit, lock, memory, many, long_lock, is_shared=kind == Kind.IP)


def make_row(place: Place) -> None:
    """Make sure that there is a row to count in. Of two that make it at once, one finds the other's."""
    FailureCount.objects.get_or_create(
        kind=place.kind,
        key_hash=place.key_hash,
        defaults={"label": place.label, "owner_hash": place.owner_hash, "forget_at": timezone.now()},
    )


def held_row(place: Place) -> FailureCount | None:
    """The row, held until the transaction ends where the database can do that; None when it is gone."""
    return _at(place).select_for_update().first()


def rows_of(places: Iterable[Place]) -> QuerySet[FailureCount]:
    """The rows of these places, as far as there are any."""
    wanted = Q(pk__in=[])
    for place in places:
        wanted |= Q(kind=place.kind, key_hash=place.key_hash)
    return FailureCount.objects.filter(wanted)


def tally_of(row: FailureCount) -> Tally:
    """The row as the rules see it."""
    return Tally(**{name: getattr(row, name) for name in FIELDS})


def write(row: FailureCount, after: Tally, rule: Rule) -> bool:
    """Write it if nobody has changed the row since it was read; whether that was so."""
    unchanged = FailureCount.objects.filter(pk=row.pk, version=row.version)
    values = asdict(after) | {"forget_at": _forget_at(after, rule)}
    return bool(unchanged.update(version=row.version + 1, **values))


def change(place: Place, transition: Callable[[Tally], Tally], *, now: datetime) -> None:
    """Carry out a transition, inside the caller's transaction; a lock that ends by it is said to have ended."""
    for _race in range(MOST_RACES):
        row = held_row(place)
        if row is None:
            return
        before = tally_of(row)
        after = transition(before)
        if after == before:
            return
        if write(row, after, place.rule):
            if before.is_told and lock_end(before, now) and not lock_end(after, now):
                say_unlocked(place.kind, row.label, reason="success")
            return
    raise Unavailable(
        _("This server is very busy. Try again in a moment."), detail="no end of races on a lock"
    )


def tell(place: Place, *, now: datetime) -> None:
    """Record a lock once, whoever meets it first."""
    row = _at(place).first()
    if row is None or row.is_told or lock_end(tally_of(row), now) is None:
        return
    untold = FailureCount.objects.filter(pk=row.pk, is_told=False, locked_until=row.locked_until)
    if untold.update(is_told=True, version=F("version") + 1):
        signal = address_locked if place.kind == Kind.IP else account_locked
        signal.emit(
            user_id=_owner(place),
            subject=row.label,
            outcome=REFUSED,
            reason=place.kind,
            caller=_caller(place),
        )


def say_unlocked(kind: str, label: str, *, reason: str, caller: Caller | None = None) -> None:
    """Record that a lock ended before its time."""
    signal = address_unlocked if kind == Kind.IP else account_unlocked
    signal.emit(subject=label, reason=reason, caller=caller)


def break_row(owner_hash: str) -> None:
    """The account's failures are no longer in a row; a lock that they made stays."""
    FailureCount.objects.filter(kind=Kind.ACCOUNT, key_hash=owner_hash, in_a_row__gt=0).update(
        in_a_row=0, version=F("version") + 1
    )


def _at(place: Place) -> QuerySet[FailureCount]:
    return FailureCount.objects.filter(kind=place.kind, key_hash=place.key_hash)


def _forget_at(tally: Tally, rule: Rule) -> datetime:
    if tally.last_at is None:
        return timezone.now()
    quiet = tally.last_at + (ROW_REMEMBERED if tally.in_a_row and rule.many < NEVER else rule.memory)
    return max(quiet, tally.locked_until or quiet)


def _owner(place: Place) -> int | None:
    """The person of the account; None for an address, and for an account that nobody has."""
    if not place.identity:
        return None
    answers: list[tuple[Any, Any]] = owner_wanted.send(sender=Place, identity=place.identity)
    return next((owner for _receiver, owner in answers if owner is not None), None)


def _caller(place: Place) -> Caller | None:
    """Whose request met the lock; outside of one, the address that is locked."""
    known = Caller(ip=place.label) if place.kind == Kind.IP and "/" not in place.label else None
    return present_caller() or known
