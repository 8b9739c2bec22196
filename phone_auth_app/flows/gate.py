"""The one gate in front of every secret of a number: passwords and codes share its failures (G16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from core_app.caller import Caller
from core_app.errors import AppError
from limits_app.locks import Attempt, Locked, reserve_attempt, seconds_locked
from limits_app.network import ip_bucket
from sessions_app.devices import is_known_device


@contextmanager
def one_attempt(*, phone: str, caller: Caller, binding: str) -> Iterator[Attempt]:
    """Around one check of something that a number in E.164 is proven by: counted first, taken back when it held.

    A browser that the number's owner has signed in with has failures of its own, so that strangers cannot keep
    the owner out (F09). Raises Locked, and whatever the check raises.
    """
    device = trusted_device(phone=phone, binding=binding)
    attempt = reserve_attempt(account=phone, ip=ip_bucket(caller.ip), device=device)
    try:
        yield attempt
    except AppError:
        attempt.failed()
        raise
    attempt.succeeded()


def require_open(*, phone: str, caller: Caller, binding: str) -> None:
    """Raise Locked while nothing of this number may be tried: no code is sent that could not be typed in."""
    seconds = seconds_until_open(phone=phone, caller=caller, binding=binding)
    if seconds:
        raise Locked(timezone.now() + timedelta(seconds=seconds))


def seconds_until_open(*, phone: str, caller: Caller, binding: str) -> int:
    """How long nothing of this number may be tried from here; 0 when something may."""
    device = trusted_device(phone=phone, binding=binding)
    return seconds_locked(account=phone, ip=ip_bucket(caller.ip), device=device)


def trusted_device(*, phone: str, binding: str) -> str:
    """`binding` where it names a device of this number's owner, else ""."""
    return binding if is_known_device(phone=phone, binding=binding) else ""
