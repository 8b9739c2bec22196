"""The one gate in front of every secret of an account: passwords and codes share its failures (G16).

An account is named by what people sign in with: a number in E.164, or an e-mail address in its normal form. Each has
failures of its own, so that nobody learns by locking one which other belongs to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from core_app.caller import Caller
from core_app.errors import AppError, NothingCompared, Unavailable
from limits_app.locks import Attempt, Locked, reserve_attempt, seconds_locked
from limits_app.network import ip_bucket
from sessions_app.devices import is_known_device


@contextmanager
def one_attempt(*, account: str, caller: Caller, binding: str) -> Iterator[Attempt]:
    """Around one check of something that an account is proven by: counted first, taken back when it held.

    A browser that the account's owner has signed in with has failures of its own, so that strangers cannot keep
    the owner out (F09). What came too late to be compared, or could not be, was no guess and counts nowhere. Raises
    Locked, and whatever the check raises.
    """
    device = trusted_device(account=account, binding=binding)
    attempt = reserve_attempt(account=account, ip=ip_bucket(caller.ip), device=device)
    try:
        yield attempt
    except (NothingCompared, Unavailable):
        attempt.withdraw()
        raise
    except AppError:
        attempt.failed()
        raise
    attempt.succeeded()


def require_open(*, account: str, caller: Caller, binding: str) -> None:
    """Raise Locked while nothing of this account may be tried: no code is sent that could not be typed in."""
    seconds = seconds_until_open(account=account, caller=caller, binding=binding)
    if seconds:
        raise Locked(timezone.now() + timedelta(seconds=seconds))


def seconds_until_open(*, account: str, caller: Caller, binding: str) -> int:
    """How long nothing of this account may be tried from here; 0 when something may."""
    device = trusted_device(account=account, binding=binding)
    return seconds_locked(account=account, ip=ip_bucket(caller.ip), device=device)


def trusted_device(*, account: str, binding: str) -> str:
    """`binding` where it names a device of this account's owner, else ""."""
    return binding if is_known_device(account=account, binding=binding) else ""
