"""The first second factor, set up in the middle of signing in: for whoever has none and cannot go on without."""

from django.db import transaction

from core_app.caller import Caller
from mfa_app import totp
from mfa_app.flows.factors import added, confirm_totp
from mfa_app.flows.waiting import NotOffered, Waiting
from mfa_app.kinds import AMR, Kind
from mfa_app.models import TotpFactor


def begin(waiting: Waiting) -> TotpFactor:
    """The app that is being set up in this login, begun by the first call. Raises NotOffered."""
    if not waiting.can_set_up:
        raise NotOffered
    found = totp.find_setup(waiting.user, about=waiting.about)
    return found or totp.begin_setup(waiting.user, about=waiting.about)


def finish(waiting: Waiting, *, code: str, name: str, caller: Caller) -> list[str]:
    """Let the app count, when its first code is right; returns what that proves. Raises NotOffered, NotProven."""
    factor = begin(waiting)
    with transaction.atomic():
        confirm_totp(factor, code=code, name=name)
        added(waiting.user, Kind.TOTP, session=None, caller=caller)
    return sorted(AMR[Kind.TOTP])
