"""The atomic part.

The database decides what may happen, the cache holds the code's HMAC until it is used once.

A transition is computed by the engine from the row as read, and written by one UPDATE that holds only if
nobody has changed the row meanwhile; its row count decides, and a loser starts again from the new row.
"""

import hmac
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import timedelta

from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core_app.errors import Unavailable
from core_app.keyring import mac
from otp_app.engine import Expired, Line
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose

PURPOSE = "one-time-code"
FIELDS = tuple(field.name for field in fields(Line))
# Each lost race is somebody else's transition, and a line allows few of them before it refuses.
MOST_RACES = 100

Transition = Callable[[Line], Line]


def open_line(address: str, purpose: Purpose) -> OtpChallenge:
    """The row of an address and purpose, made when it is the first time."""
    row, _is_new = OtpChallenge.objects.get_or_create(address=address, purpose=purpose)
    return row


def find(challenge_id: uuid.UUID) -> OtpChallenge | None:
    """The row whose live or last challenge this is; None when there is none or a newer one took its place."""
    return OtpChallenge.objects.filter(challenge_id=challenge_id).first()


def line_of(row: OtpChallenge) -> Line:
    """The row as the engine sees it."""
    return Line(**{name: getattr(row, name) for name in FIELDS})


def change(
    row: OtpChallenge,
    transition: Transition,
    *,
    challenge_id: uuid.UUID | None = None,
    language: str | None = None,
) -> Line:
    """Carry out a transition and return the line after it. Raises what the engine raises.

    With `challenge_id`, only while that is the row's challenge; otherwise Expired. `language` is noted with
    it.
    """
    notes = {} if language is None else {"language": language}
    for _race in range(MOST_RACES):
        before = line_of(row)
        if challenge_id is not None and before.challenge_id != challenge_id:
            raise Expired
        after = transition(before)
        if after == before:
            return after
        unchanged = OtpChallenge.objects.filter(pk=row.pk, version=row.version)
        if unchanged.update(version=row.version + 1, **asdict(after), **notes):
            return after
        try:
            row.refresh_from_db()
        except OtpChallenge.DoesNotExist as gone:
            # Cleaned up at this moment, after long disuse.
            raise Expired from gone
    raise Unavailable(_("This is very busy. Try again in a moment."), detail="no end of races on one line")


def keep_code(line: Line, row: OtpChallenge, code: str, ttl: timedelta) -> None:
    """Remember the HMAC of the code for as long as it is good. Raises Unavailable when the cache is away."""
    with _cache_errors_as_unavailable():
        cache.set(_key(line), _code_mac(line, row, code), timeout=int(ttl.total_seconds()))


def kept_code(line: Line) -> str | None:
    """The HMAC of the line's present code; None when it was used, ran out or was lost with the cache."""
    with _cache_errors_as_unavailable():
        kept: str | None = cache.get(_key(line))
    return kept


def is_right(kept: str, line: Line, row: OtpChallenge, code: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(kept, _code_mac(line, row, code))


def use_up(line: Line) -> bool:
    """Take the code out of the cache. True for exactly one caller."""
    with _cache_errors_as_unavailable():
        return bool(cache.delete(_key(line)))


def _key(line: Line) -> str:
    """The generation is in the name: a code that a newer one replaced cannot use up the newer one."""
    return f"otp:{line.challenge_id}:{line.generation}"


def _code_mac(line: Line, row: OtpChallenge, code: str) -> str:
    """Bound to everything the code is good for, so that a copied cache entry is good for nothing else."""
    parts = (str(line.challenge_id), str(line.generation), row.purpose, row.address, line.binding, code)
    return mac(PURPOSE, *(part.encode() for part in parts)).hex()


@contextmanager
def _cache_errors_as_unavailable() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(
            _("Codes cannot be sent or checked right now. Try again in a minute."),
            detail=type(error).__name__,
        ) from error
