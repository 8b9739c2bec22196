"""When a key takes its next step. Pure: rows and a moment in, moments out.

published ──(publish ahead)──▶ may sign ──(predecessor's time is up)──▶ active ──(rotate every)──▶ retired
retired ──(longest token)──▶ out of the JWKS ──(hints)──▶ forgotten
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.module_loading import import_string

from jwt_app.conf import conf
from jwt_app.keys import MAX_CACHE_SECONDS
from jwt_app.models import SigningKey
from jwt_app.signing import CLOCK_SKEW_SECONDS


def replaced_at(active: SigningKey) -> datetime | None:
    """When an active key has signed long enough; None when keys are not replaced by the clock."""
    if conf.JWT_ROTATE_EVERY_DAYS <= 0:
        return None
    return (active.activated_at or active.created_at) + timedelta(days=conf.JWT_ROTATE_EVERY_DAYS)


def may_sign_from(upcoming: SigningKey) -> datetime:
    """When everybody who caches the JWKS knows a published key (D09): our own processes are a second late at most."""
    return upcoming.created_at + timedelta(seconds=conf.JWT_PUBLISH_AHEAD_SECONDS + MAX_CACHE_SECONDS)


def verifies_until(retired_at: datetime) -> datetime:
    """When the last token of a key that retires now is dead.

    A process may sign with it for another second, by a clock that is a little ahead, and its readers' clocks may be
    behind.
    """
    longest: Callable[[], int] = import_string(conf.JWT_LONGEST_TOKEN)
    seconds = max(longest(), conf.JWT_RETIRED_SECONDS) + MAX_CACHE_SECONDS + 2 * CLOCK_SKEW_SECONDS
    return retired_at + timedelta(seconds=seconds)


def reads_hints_until(retired_at: datetime) -> datetime:
    """How long expired ID tokens of a key that retires now stay readable."""
    return max(verifies_until(retired_at), retired_at + timedelta(seconds=conf.JWT_HINT_SECONDS))


def next_step_at(row: SigningKey) -> datetime | None:
    """When the row's state changes by itself, at the earliest; None when nothing is to come."""
    match row.state:
        case SigningKey.State.NEXT:
            return may_sign_from(row)
        case SigningKey.State.ACTIVE:
            return replaced_at(row)
        case SigningKey.State.RETIRED:
            return row.verify_until
    return None
