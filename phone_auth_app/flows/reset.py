"""A forgotten password: number → code of eight digits → new password. It signs nobody in (F12, ASVS 6.4.3)."""

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from accounts_app.services import record_first_proof, save_new_password, with_new_password
from accounts_app.signals import password_changed
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction
from otp_app.purposes import Purpose
from phone_auth_app.flows import codes
from phone_auth_app.flows.code_login import holder_of
from phone_auth_app.flows.codes import PendingCode
from sessions_app.ending import end_sessions_of
from sessions_app.models import SsoSession


class ResetGone(AppError):
    """The proof is gone: too old, used, or the account changed in the meantime."""

    code = "reset_gone"

    def __init__(self) -> None:
        super().__init__(_("This took too long. Enter your number to start again."))


def start(*, phone: str, binding: str, language: str, caller: Caller) -> PendingCode:
    """Send a code to a number in E.164, if somebody active has it. Raises as `codes.send`."""
    pending = PendingCode(purpose=Purpose.RESET.value, phone=phone, binding=binding)
    return codes.send(pending, is_silent=holder_of(phone) is None, language=language, caller=caller)


def send_again(pending: PendingCode, *, language: str, caller: Caller) -> PendingCode:
    """Send another code. Raises as `codes.send_again`."""
    silent = holder_of(pending.phone) is None
    return codes.send_again(pending, is_silent=silent, language=language, caller=caller)


def prove(pending: PendingCode, *, code: str, caller: Caller) -> PendingCode:
    """The same, proven, when the code is right. Raises as `codes.check`, and ResetGone."""
    codes.check(pending, code=code, caller=caller)
    person = holder_of(pending.phone)
    if person is None:
        raise ResetGone
    record_first_proof(user=person, caller=caller)
    return replace(pending, proven_at=timezone.now().timestamp(), user_id=person.pk)


def person_of(pending: PendingCode) -> User:
    """Whose password is being set, as long as the proof still holds. Raises ResetGone."""
    person = find_by_phone(pending.phone)
    if not pending.is_proven or person is None or person.pk != pending.user_id or not person.is_active:
        raise ResetGone
    return person


def finish(pending: PendingCode, *, password: str, caller: Caller) -> None:
    """Set a password that has passed the rules, end every sign-in of the person and tell them. Raises ResetGone.

    Nobody is signed in by it: whoever comes back with the new password passes every step of signing in.
    """
    person = with_new_password(user=person_of(pending), password=password)

    def save() -> None:
        if not save_new_password(user=person):
            raise ResetGone
        end_sessions_of(user_id=person.pk, reason=SsoSession.EndReason.CREDENTIALS_CHANGED, caller=caller)
        password_changed.emit(
            user_id=person.pk, subject=str(person.sub), reason="reset by SMS", caller=caller
        )

    run_in_transaction(save)
