"""Signing in with a code from an SMS and nothing else. Known and unknown numbers look and cost alike (G11)."""

from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from accounts_app.services import record_first_proof
from core_app.caller import Caller
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose
from phone_auth_app.flows import codes
from phone_auth_app.flows.codes import PendingCode


def start(*, phone: str, binding: str, language: str, caller: Caller) -> PendingCode:
    """Send a code to a number in E.164, if somebody active has it. Raises as `codes.send`."""
    pending = PendingCode(purpose=Purpose.LOGIN.value, phone=phone, binding=binding)
    return codes.send(pending, is_silent=holder_of(phone) is None, language=language, caller=caller)


def send_again(pending: PendingCode, *, language: str, caller: Caller) -> PendingCode:
    """Send another code. Raises as `codes.send_again`."""
    silent = holder_of(pending.phone) is None
    return codes.send_again(pending, is_silent=silent, language=language, caller=caller)


def finish(pending: PendingCode, *, code: str, caller: Caller) -> User:
    """The person whose number it is, when the code is right. Raises as `codes.check`."""
    codes.check(pending, code=code, caller=caller)
    person = holder_of(pending.phone)
    if person is None:
        # Shut since the code was sent, or the code of a silent number was guessed: nobody to sign in.
        raise OtpExpired
    record_first_proof(user=person, caller=caller)
    return person


def holder_of(phone: str) -> User | None:
    """Who may be sent a code: the active owner of the number."""
    person = find_by_phone(phone)
    return person if person is not None and person.is_active else None
