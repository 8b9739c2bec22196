"""Locks: every attempt to prove an identity is counted here before it is checked (G16, login:F08).

    attempt = reserve_attempt(account="+97699112233", ip="198.51.100.1")
    ... check the password, the code, the number ...
    attempt.succeeded()

`django.contrib.auth.authenticate` counts by itself (`limits_app.handlers`); whoever has counted already, or knows
the device, gives it the attempt with `hand_over(request, attempt)`. The count is committed at once, in a transaction
of its own, so that what the caller rolls back is counted all the same, and of N attempts at the same moment no more
are let through than the limit allows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.caller import client_ip_of
from core_app.errors import TooManyAttempts, Unavailable
from limits_app import failures, lock_store
from limits_app.failures import Tally
from limits_app.identity import plain_identity
from limits_app.lock_store import MOST_RACES, Place
from limits_app.models import FailureCount


class Locked(TooManyAttempts):
    """Too many failures. `retry_after` is in seconds."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            _("There were too many failed attempts. Wait a while, then try again."),
            retry_after=max(1, math.ceil((until - timezone.now()).total_seconds())),
        )
        self.until = until


@dataclass(slots=True)
class Attempt:
    """One attempt that is counted as failed until it is said to have succeeded."""

    account: str
    places: tuple[Place, ...]
    counted_at: datetime
    is_settled: bool = field(default=False, init=False)

    def succeeded(self) -> None:
        """Take the count back. The account's (or the known device's) failures are forgotten, the address's not:
        whoever signs in to an account of his own wins no more guesses at others' (login:F11).
        """
        if self.is_settled:
            return
        self.is_settled = True
        with transaction.atomic():
            now = timezone.now()
            for place in self.places:
                lock_store.change(place, partial(self._after_success, place), now=now)
            self._break_row_of_account()

    def failed(self) -> None:
        """Record the lock, if this attempt made one. Without this call the next attempt that it refuses does."""
        if self.is_settled:
            return
        self.is_settled = True
        with transaction.atomic():
            for place in self.places:
                lock_store.tell(place, now=timezone.now())

    def _after_success(self, place: Place, tally: Tally) -> Tally:
        if place.kind == FailureCount.Kind.IP:
            return failures.take_back(tally, place.rule, self.counted_at)
        return Tally()

    def _break_row_of_account(self) -> None:
        """A success on a known device ends the row of failures (NIST 800-63B-4 §3.2.2), not the strangers' lock."""
        for place in self.places:
            if place.kind == FailureCount.Kind.DEVICE:
                lock_store.break_row(place.owner_hash)


def reserve_attempt(*, account: str, ip: str, device: str = "") -> Attempt:
    """Count one attempt at `account` (E.164) from `ip`, before it is checked. Raises Locked.

    `device` is the browser binding of a device that the caller knows to be the account's: it is counted by itself,
    and neither a locked account nor a locked address keeps it out (login:F09). An `ip` of "" (unknown) counts only
    against the account. Must not be called inside a transaction: a count that can be rolled back is none.
    """
    places = lock_store.places_of(account=account, ip=ip, device=device)
    if not places:
        raise ValueError("an attempt needs an account or an address to be counted under")
    _refuse_locked(places)
    for _race in range(MOST_RACES):
        for place in places:
            lock_store.make_row(place)
        try:
            return Attempt(plain_identity(account), places, counted_at=_count(places))
        except _LostRace:
            continue
    raise Unavailable(
        _("This server is very busy. Try again in a moment."), detail="no end of races on a lock"
    )


class _LostRace(Exception):
    """Somebody changed or removed a row between reading and writing: nothing was counted anywhere."""


def _refuse_locked(places: Sequence[Place]) -> None:
    """Most of a flood ends here, without a row for every number that it thinks of. Raises Locked."""
    now = timezone.now()
    if end := _lock_end(places, now):
        with transaction.atomic():
            for place in places:
                lock_store.tell(place, now=now)
        raise Locked(end)


def _lock_end(places: Sequence[Place], now: datetime) -> datetime | None:
    rows = lock_store.rows_of(places)
    ends = [end for row in rows if (end := failures.lock_end(lock_store.tally_of(row), now))]
    return max(ends, default=None)


def _count(places: Sequence[Place]) -> datetime:
    """Count in every place or in none, and return when. Raises Locked after that is committed."""
    with transaction.atomic(durable=True):
        now = timezone.now()
        end = _count_everywhere(places, now)
    if end is not None:
        raise Locked(end)
    return now


def _count_everywhere(places: Sequence[Place], now: datetime) -> datetime | None:
    """None when it was counted; otherwise the end of the lock that stood in the way."""
    rows = [row for place in places if (row := lock_store.held_row(place))]
    if len(rows) != len(places):
        raise _LostRace
    tallies = [lock_store.tally_of(row) for row in rows]
    if ends := [end for tally in tallies if (end := failures.lock_end(tally, now))]:
        for place in places:
            lock_store.tell(place, now=now)
        return max(ends)
    for place, row, tally in zip(places, rows, tallies, strict=True):
        if not lock_store.write(row, failures.count(tally, place.rule, now), place.rule):
            raise _LostRace
    return None


def seconds_locked(*, account: str, ip: str, device: str = "") -> int:
    """Seconds until `reserve_attempt` would count again; 0 when it would now."""
    now = timezone.now()
    end = _lock_end(lock_store.places_of(account=account, ip=ip, device=device), now)
    return math.ceil((end - now).total_seconds()) if end else 0


def hand_over(request: HttpRequest, attempt: Attempt) -> None:
    """Let the next `authenticate` with this request go on under this attempt instead of counting another one.

    Only for its own account, and only once. Whoever made the attempt says `succeeded()`; `authenticate` says
    `failed()`.
    """
    request.limits_handed_over = attempt  # type: ignore[attr-defined]


def take_over(request: HttpRequest, account: str) -> Attempt | None:
    """The attempt that was handed over for this account; None when there is none or it was taken already."""
    attempt: Attempt | None = getattr(request, "limits_handed_over", None)
    if attempt is None or attempt.is_settled or attempt.account != plain_identity(account):
        return None
    del request.limits_handed_over  # type: ignore[attr-defined]
    return attempt


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this account, or the address that the request comes from, has failed too often lately."""
    return seconds_left(request, username) > 0


def seconds_left(request: HttpRequest, username: str) -> int:
    """Seconds until the lock of this account or of the request's address ends; 0 when there is none."""
    return seconds_locked(account=username, ip=client_ip_of(request))
