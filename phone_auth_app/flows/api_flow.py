"""The JSON way in: number, then password, then tokens; or number, then code, and on in `api_signup`.

Every check of a code or password stands behind the lock of account and address (G16). What may follow what is
written in `Step` and decided by `its_turn`.
"""

from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from accounts_app.services import record_first_proof
from core_app.caller import Caller, caller_of
from core_app.errors import AppError
from limits_app import budgets
from limits_app.locks import reserve_attempt
from limits_app.network import ip_bucket
from messaging_app.numbers import CountryRefused
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose
from phone_auth_app.conf import conf
from phone_auth_app.flows import codes, signup
from phone_auth_app.flows.api_session import (
    ApiSession,
    Step,
    finishing,
    its_turn,
    save,
)
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.flows.password_login import WrongCredentials, check_password
from sessions_app.devices import device_hash
from sessions_app.gate import require_open
from sessions_app.login import complete_for_app

HOUR = 3600
Tokens = dict[str, object]


class BadNumber(AppError):
    """What was sent is not a number that may be used here."""

    code = "invalid_phone"


def register(*, mobile_number: str, device_id: str, language: str, caller: Caller) -> ApiSession:
    """Begin: a session that waits for the password of a known number, or for the code sent to a new one.

    With API_HIDES_ACCOUNTS every number is sent a code. Raises BadNumber, Locked, and what sending raises.
    """
    phone = _read_number(mobile_number, caller)
    budgets.spend_distinct(
        "api.numbers", ip_bucket(caller.ip), phone, limit=conf.API_NUMBERS_PER_IP_PER_HOUR, per_seconds=HOUR
    )
    session = ApiSession(step=Step.CODE, phone=phone, device=device_hash(device_id))
    holder = find_by_phone(phone)
    if holder is not None and _has_password(holder) and not conf.API_HIDES_ACCOUNTS:
        require_open(account=phone, caller=caller, binding=session.binding)
        return save(replace(session, step=Step.PASSWORD))
    return save(_send_code(session, _purpose_for(holder), language=language, caller=caller))


def check_code(*, session_id: str, code: str, caller: Caller) -> ApiSession | Tokens:
    """The session that waits for a new password; tokens, when the number has an account.

    Raises what `its_turn` does and what `codes.check` raises.
    """
    with its_turn(Step.CODE, session_id) as session:
        purpose = _check_code(session, code, caller)
        holder = find_by_phone(session.phone)
        if holder is not None and purpose == Purpose.LOGIN:
            record_first_proof(user=holder, caller=caller)
            return _tokens(session, holder, method="sms", caller=caller)
        signing_up = signup.proven(session.as_signup(), caller=caller)
        # An account that was made meanwhile wants its password: a code that was sent for signing up does not sign in
        # (ASVS 6.6.2).
        is_free = holder is None or signup.is_own(signing_up, holder)
        step = Step.NEW_PASSWORD if is_free else Step.PASSWORD
        return save(replace(session, step=step, sub=signing_up.sub, proven_at=signing_up.proven_at))


def sign_in(request: HttpRequest, *, session_id: str, password: str) -> Tokens:
    """Tokens for number and password. Raises what `its_turn` does, WrongCredentials and Locked."""
    with its_turn(Step.PASSWORD, session_id) as session:
        caller = caller_of(request)
        try:
            person = check_password(request, phone=session.phone, password=password, binding=session.binding)
        except WrongCredentials as error:
            # The lock that this failure may have made is said here, not by axes' page for browsers.
            request.axes_locked_out = False  # type: ignore[attr-defined]
            require_open(account=session.phone, caller=caller, binding=session.binding)
            raise WrongCredentials(_("This password is not right."), field="password") from error
        return _tokens(session, person, method="pwd", caller=caller)


def _read_number(text: str, caller: Caller) -> str:
    """E.164. A text that is no number counts as a failure of the address."""
    try:
        # Whoever has an account keeps it when the operator stops sending SMS to a country.
        phone = normalise_phone(text, any_country=True)
        is_kept = not conf.API_HIDES_ACCOUNTS and find_by_phone(phone) is not None
        return phone if is_kept else normalise_phone(text)
    except InvalidPhone as error:
        _count_bad_number(caller)
        raise BadNumber(error.message, field="mobile_number") from error


def _count_bad_number(caller: Caller) -> None:
    if caller.ip:
        reserve_attempt(account="", ip=ip_bucket(caller.ip)).failed()


def _has_password(holder: User) -> bool:
    """Whether a password signs this person in: none does before the number is proven."""
    return holder.has_usable_password() and holder.phone_proven_at is not None


def _purpose_for(holder: User | None) -> Purpose:
    """Where accounts are hidden, known and unknown numbers get the same text and have the same pace."""
    return Purpose.LOGIN if holder is not None or conf.API_HIDES_ACCOUNTS else Purpose.SIGNUP


def _send_code(session: ApiSession, purpose: Purpose, *, language: str, caller: Caller) -> ApiSession:
    """To every number alike: whoever has no account yet signs up with it."""
    wanted = PendingCode(purpose=purpose.value, phone=session.phone, binding=session.binding)
    try:
        sent = codes.send(wanted, is_silent=False, language=language, caller=caller)
    except CountryRefused as error:
        raise BadNumber(error.message, field="mobile_number") from error
    return replace(session, code=sent)


def _check_code(session: ApiSession, code: str, caller: Caller) -> str:
    """What the code was sent for, when it is right."""
    if session.code is None:
        raise OtpExpired
    codes.check(session.code, code=code, caller=caller)
    return session.code.purpose


def _tokens(session: ApiSession, person: User, *, method: str, caller: Caller) -> Tokens:
    with finishing(session):
        # Without an id of its own, every sign-in counts as one from a new device.
        return complete_for_app(user=person, methods=[method], binding=session.binding, caller=caller)
