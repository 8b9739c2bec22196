"""Locks: every attempt to prove an identity is counted here before it is checked (G16, login:F08).

    attempt = reserve_attempt(account="+97699112233", ip="198.51.100.1")
    ... check the password, the code, the number ...
    attempt.succeeded()

`django.contrib.auth.authenticate` counts by itself (`limits_app.handlers`); whoever has counted already, or knows
the device, gives it the attempt with `hand_over(request, attempt)`. The count is committed at once, in a transaction
of its own, so that what the caller rolls back is counted all the same, and of N attempts at the same moment no more
guesses are let through than the limit allows.
"""

import math
import time
from collections.abc import Callable, Sequence
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
from limits_app.conf import conf
from limits_app.failures import Tally
from limits_app.identity import plain_identity
from limits_app.lock_store import MOST_RACES, Place
from limits_app.models import FailureCount

PAUSE_SECONDS = 0.05


class Locked(TooManyAttempts):
    """Too many failures. `retry_after` is in seconds."""

    sentence = _("There were too many failed attempts. Wait a while, then try again.")

    def __init__(self, until: datetime) -> None:
        super().__init__(
            self.sentence,
            retry_after=max(1, math.ceil((until - timezone.now()).total_seconds())),
        )
        self.until = until


class Crowded(Locked):
    """As many attempts as may still fail are under way from this address; in a moment they are over."""

    sentence = _("Many people sign in from your network right now. Try again in a few seconds.")


@dataclass(slots=True)
class Attempt:
    """One attempt. Whoever made it says how it ended; an account counts it as failed until then."""

    account: str
    places: tuple[Place, ...]
    counted_at: datetime
    is_settled: bool = field(default=False, init=False)

    def succeeded(self) -> None:
        """Take the count back. The account's (or the known device's) failures are forgotten, the address's not:
        whoever signs in to an account of his own wins no more guesses at others' (login:F11).
        """
        if self._is_first_word():
            with transaction.atomic():
                self._change(self._after_success)
                self._break_row_of_account()

    def failed(self) -> None:
        """Count it at the address too, and record the lock, if this attempt made one. Without this call the address
        counts it when nothing was heard of it for a minute.
        """
        if self._is_first_word():
            with transaction.atomic():
                self._change(self._after_failure)
                for place in self.places:
                    lock_store.tell(place, now=timezone.now())

    def withdraw(self) -> None:
        """Count it nowhere: nothing was tried, so that it neither failed nor succeeded."""
        if self._is_first_word():
            with transaction.atomic():
                self._change(self._taken_back)

    def seconds_locked(self) -> int:
        """Seconds until another attempt like this one would be counted; 0 when it would now."""
        return _seconds_to(_lock_end(self.places, now := timezone.now()), now)

    def _is_first_word(self) -> bool:
        is_first, self.is_settled = not self.is_settled, True
        return is_first

    def _change(self, transition: Callable[[Place, Tally], Tally]) -> None:
        now = timezone.now()
        for place in self.places:
            lock_store.change(place, partial(transition, place), now=now)

    def _after_success(self, place: Place, tally: Tally) -> Tally:
        return failures.finish(tally) if place.rule.is_shared else Tally()

    def _after_failure(self, place: Place, tally: Tally) -> Tally:
        return failures.fail(tally, place.rule, timezone.now()) if place.rule.is_shared else tally

    def _taken_back(self, place: Place, tally: Tally) -> Tally:
        if place.rule.is_shared:
            return failures.finish(tally)
        return failures.take_back(tally, place.rule, self.counted_at)

    def _break_row_of_account(self) -> None:
        """A success on a known device ends the row of failures (NIST 800-63B-4 §3.2.2), not the strangers' lock."""
        for place in self.places:
            if place.kind == FailureCount.Kind.DEVICE:
                lock_store.break_row(place.owner_hash)


def reserve_attempt(*, account: str, ip: str, device: str = "", is_second_factor: bool = False) -> Attempt:
    """Count one attempt at `account` (E.164) from `ip`, before it is checked. Raises Locked.

    `is_second_factor`: failures of the account's second factors, of all kinds together, have a count of their own. They
    do not lock the first factor, and its success does not forget them.

    `device` is the browser binding of a device that the caller knows to be the account's: it is counted by itself,
    and neither a locked account nor a locked address keeps it out (login:F09). An `ip` of "" (unknown) counts only
    against the account. Must not be called inside a transaction: a count that can be rolled back is none.
    """
    places = lock_store.places_of(account=account, ip=ip, device=device, is_second_factor=is_second_factor)
    if not places:
        raise ValueError("an attempt needs an account or an address to be counted under")
    for wait in (*[PAUSE_SECONDS] * int(conf.IP_WAIT_SECONDS / PAUSE_SECONDS), 0):
        try:
            _refuse_closed(places)
            return Attempt(plain_identity(account), places, counted_at=_reserve(places))
        except Crowded:
            if not wait:
                raise
        # Others from this address are being checked: whether this one may be tried is known in a moment.
        time.sleep(wait)
    raise AssertionError("unreachable: the last try returns or raises")


def _reserve(places: Sequence[Place]) -> datetime:
    for _race in range(MOST_RACES):
        for place in places:
            lock_store.make_row(place)
        try:
            return _count(places)
        except _LostRace:
            continue
    raise Unavailable(
        _("This server is very busy. Try again in a moment."), detail="no end of races on a lock"
    )


class _LostRace(Exception):
    """Somebody changed or removed a row between reading and writing: nothing was counted anywhere."""


def _refuse_closed(places: Sequence[Place]) -> None:
    """Most of a flood ends or waits here, by reading alone: without a row for every number that it thinks of.

    Raises Locked, Crowded.
    """
    now = timezone.now()
    rules = {place.kind: place.rule for place in places}
    tallies = [(rules[row.kind], lock_store.tally_of(row)) for row in lock_store.rows_of(places)]
    if ends := [end for _rule, tally in tallies if (end := failures.lock_end(tally, now))]:
        with transaction.atomic():
            for place in places:
                lock_store.tell(place, now=now)
        raise Locked(max(ends))
    if any(failures.is_crowded(tally, rule, now) for rule, tally in tallies):
        raise Crowded(now + failures.ANSWERED_SOON)


def _lock_end(places: Sequence[Place], now: datetime) -> datetime | None:
    rows = lock_store.rows_of(places)
    ends = [end for row in rows if (end := failures.lock_end(lock_store.tally_of(row), now))]
    return max(ends, default=None)


def _count(places: Sequence[Place]) -> datetime:
    """Count in every place or in none, and return when. Raises Locked after that is committed."""
    with transaction.atomic(durable=True):
        now = timezone.now()
        refusal = _count_everywhere(places, now)
    if refusal is not None:
        raise refusal
    return now


def _count_everywhere(places: Sequence[Place], now: datetime) -> Locked | None:
    """None when it was counted; otherwise what stood in the way."""
    rows = [row for place in places if (row := lock_store.held_row(place))]
    if len(rows) != len(places):
        raise _LostRace
    tallies = [lock_store.tally_of(row) for row in rows]
    present = [failures.lapse(tally, place.rule, now) for place, tally in zip(places, tallies, strict=True)]
    if ends := [end for tally in present if (end := failures.lock_end(tally, now))]:
        for place, row, tally in zip(places, rows, present, strict=True):
            if tally.locked_until != row.locked_until and not lock_store.write(row, tally, place.rule):
                raise _LostRace
            lock_store.tell(place, now=now)
        return Locked(max(ends))
    pairs = zip(places, tallies, strict=True)
    if any(failures.is_crowded(tally, place.rule, now) for place, tally in pairs):
        return Crowded(now + failures.ANSWERED_SOON)
    for place, row, tally in zip(places, rows, tallies, strict=True):
        if not lock_store.write(row, failures.count(tally, place.rule, now), place.rule):
            raise _LostRace
    return None


def seconds_locked(*, account: str, ip: str, device: str = "", is_second_factor: bool = False) -> int:
    """Seconds until the lock that `reserve_attempt` would meet ends; 0 when there is none."""
    places = lock_store.places_of(account=account, ip=ip, device=device, is_second_factor=is_second_factor)
    return _seconds_to(_lock_end(places, now := timezone.now()), now)


def _seconds_to(end: datetime | None, now: datetime) -> int:
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
