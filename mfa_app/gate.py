"""The gate in front of every second factor of a person: all kinds share one count of failures (H09, F23)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.caller import Caller
from core_app.errors import AppError, NothingCompared, Unavailable
from core_app.events import REFUSED
from limits_app.locks import reserve_attempt
from limits_app.network import ip_bucket
from mfa_app.kinds import Kind
from mfa_app.signals import factor_refused

WRONG_CODE = _("This is not the right code. Check it and try again.")


class NotProven(AppError):
    """The code, key or password was not the right one."""

    code = "factor_not_proven"

    def __init__(self, message: str | Promise = WRONG_CODE, *, field: str = "code") -> None:
        super().__init__(message, field=field)


@contextmanager
def one_attempt(user: User, kind: Kind, *, caller: Caller) -> Iterator[None]:
    """Around one check: counted first, in a count that outlives sessions, and taken back when it held.

    What could not be compared was no guess. Raises Locked, and what the check raises.
    """
    attempt = reserve_attempt(account=account_of(user), ip=ip_bucket(caller.ip), is_second_factor=True)
    try:
        yield
    except (NothingCompared, Unavailable):
        attempt.withdraw()
        raise
    except AppError as error:
        attempt.failed()
        with transaction.atomic():
            factor_refused.emit(
                user_id=user.pk, outcome=REFUSED, reason=f"{kind.value}: {error.code}", caller=caller
            )
        raise
    attempt.succeeded()


def account_of(user: User) -> str:
    """What a person's failures are counted under: the number, as everywhere, or the subject of who has none."""
    return user.phone or str(user.sub)
