"""Proving a second factor: one gate, one place that says what each kind is worth."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts_app.passwords import normalise_password
from core_app.caller import Caller
from limits_app.locks import Locked
from mfa_app import backup_codes, totp
from mfa_app.flows import codes
from mfa_app.flows.waiting import Waiting
from mfa_app.gate import NotProven, one_attempt
from mfa_app.kinds import AMR, Kind
from mfa_app.models import PasskeyChallenge
from mfa_app.passkeys import signing_in
from mfa_app.passkeys.answers import Answer
from mfa_app.passkeys.challenges import Ceremony
from mfa_app.signals import factor_proven
from sessions_app import pending as pending_logins

Check = Callable[[Waiting, str, Caller], None]


def prove_typed(waiting: Waiting, kind: Kind, typed: str, *, caller: Caller) -> list[str]:
    """The amr names that a code or password proves. Raises NotOffered, NotProven, Locked, and the errors of codes."""
    waiting.require(kind)
    if kind not in CHECKS:
        raise NotProven
    with _ending_on_lock(waiting), one_attempt(waiting.user, kind, caller=caller):
        CHECKS[kind](waiting, typed, caller)
    return _proven(waiting, kind, sorted(AMR[kind]), caller)


def prove_passkey(waiting: Waiting, answer: Answer, *, caller: Caller) -> list[str]:
    """The amr names that a passkey's answer proves. Raises NotOffered, NotProven, ChallengeGone, Locked."""
    waiting.require(Kind.PASSKEY)
    with _ending_on_lock(waiting), one_attempt(waiting.user, Kind.PASSKEY, caller=caller):
        proof = signing_in.check(ceremony_of(waiting), answer, caller=caller)
    return _proven(waiting, Kind.PASSKEY, proof.methods, caller)


def passkey_options(waiting: Waiting) -> dict[str, Any]:
    """A challenge for the person's own passkeys. Raises NotOffered."""
    waiting.require(Kind.PASSKEY)
    return signing_in.options(ceremony_of(waiting))


def ceremony_of(waiting: Waiting) -> Ceremony:
    """For this person, in this login, in the browser or app that began it."""
    return Ceremony(
        purpose=PasskeyChallenge.Purpose.SECOND_FACTOR,
        binding=waiting.pending.binding,
        about=waiting.about,
        user=waiting.user,
    )


def _check_totp(waiting: Waiting, typed: str, caller: Caller) -> None:
    if not totp.verify(waiting.user, typed):
        raise NotProven


def _check_backup_code(waiting: Waiting, typed: str, caller: Caller) -> None:
    if not backup_codes.use(waiting.user, typed, caller=caller):
        raise NotProven(_("This is not one of your codes, or it was used already."))


def _check_password(waiting: Waiting, typed: str, caller: Caller) -> None:
    if not waiting.user.check_password(normalise_password(typed)):
        raise NotProven(_("This password is not right."))


def _check_sms(waiting: Waiting, typed: str, caller: Caller) -> None:
    codes.check(waiting, Kind.SMS, code=typed, caller=caller)


def _check_email(waiting: Waiting, typed: str, caller: Caller) -> None:
    codes.check(waiting, Kind.EMAIL, code=typed, caller=caller)


CHECKS: dict[Kind, Check] = {
    Kind.TOTP: _check_totp,
    Kind.SMS: _check_sms,
    Kind.EMAIL: _check_email,
    Kind.BACKUP_CODE: _check_backup_code,
    Kind.PASSWORD: _check_password,
}


def _proven(waiting: Waiting, kind: Kind, methods: list[str], caller: Caller) -> list[str]:
    with transaction.atomic():
        factor_proven.emit(user_id=waiting.user.pk, reason=kind.value, caller=caller)
    return methods


@contextmanager
def _ending_on_lock(waiting: Waiting) -> Iterator[None]:
    """A locked account's login does not wait for the lock to end: whoever it is begins anew then (H09)."""
    try:
        yield
    except Locked:
        pending_logins.discard(waiting.pending.pending_id)
        raise
