"""The ways of this room by JSON: the same flows as the pages', with a session id in place of a browser."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from accounts_app.passwords import normalise_password
from accounts_app.services import EmailTaken
from core_app.caller import Caller, caller_of
from core_app.errors import AppError
from email_auth_app.flows import api_session, proofs, reset, signup
from email_auth_app.flows.api_session import its_turn, new_session
from email_auth_app.flows.password_login import WrongCredentials, check_password
from email_auth_app.flows.proofs import PendingProof
from otp_app.errors import OtpExpired
from otp_app.purposes import Purpose
from sessions_app.devices import device_hash
from sessions_app.gate import require_open
from sessions_app.login import complete_for_app

Tokens = dict[str, object]


class WeakPassword(AppError):
    """The password does not meet the rules; the message has all of them."""

    code = "weak_password"
    status = 422


def register(*, email: str, device_id: str, language: str, caller: Caller) -> str:
    """Begin a sign-up; returns the session's id. Raises as `signup.start`."""
    session_id, binding = new_session(device_id)
    proofs.save(session_id, signup.start(email=email, binding=binding, language=language, caller=caller))
    return session_id


def verify_email(
    *, session_id: str, code: str, password: str, given_name: str, family_name: str, caller: Caller
) -> Tokens:
    """Make the account, and give tokens. A weak password is told before the code is used up.

    Raises what `its_turn` does, WeakPassword, what `proofs.check` raises, EmailTaken, and what signing in raises.
    """
    with its_turn(Purpose.SIGNUP, session_id) as pending:
        chosen = acceptable(password, signup.person_to_be(pending))
        if not pending.is_proven:
            proofs.check(pending, code=code, caller=caller)
            pending = pending.proven()
            proofs.save(session_id, pending)
        if signup.holder_of(pending) is not None:
            api_session.finish(Purpose.SIGNUP, session_id)
            raise EmailTaken(_("This address has an account. Sign in with its password."), field="email")
        person = signup.finish(
            pending, password=chosen, given_name=given_name, family_name=family_name, caller=caller
        )
        api_session.finish(Purpose.SIGNUP, session_id)
        return complete_for_app(user=person, methods=["email"], binding=pending.binding, caller=caller)


def sign_in(request: HttpRequest, *, email: str, password: str, device_id: str) -> Tokens:
    """Tokens for address and password. Raises WrongCredentials, Locked, and what signing in raises."""
    binding = device_hash(device_id)
    caller = caller_of(request)
    try:
        person = check_password(request, email=email, password=password, binding=binding)
    except WrongCredentials:
        # The lock that this failure may have made is said here, not by axes' page for browsers.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        require_open(account=email, caller=caller, binding=binding)
        raise
    # Without an id of its own, every sign-in counts as one from a new device.
    _session_id, alone = new_session("")
    return complete_for_app(user=person, methods=["pwd"], binding=binding or alone, caller=caller)


def forgot(*, email: str, device_id: str, language: str, caller: Caller) -> str:
    """Begin to set a new password; returns the session's id, for known and unknown addresses alike."""
    session_id, binding = new_session(device_id)
    proofs.save(session_id, reset.start(email=email, binding=binding, language=language, caller=caller))
    return session_id


def set_forgotten(*, session_id: str, code: str, password: str, caller: Caller) -> None:
    """Set the new password; nobody is signed in by it. A second try after WeakPassword needs no code.

    Raises what `its_turn` does, WeakPassword, what `reset.prove` and `reset.finish` raise.
    """
    with its_turn(Purpose.RESET, session_id) as pending:
        acceptable(password, User(email=pending.email))
        proven = pending if pending.is_proven else _proven(session_id, pending, code, caller)
        chosen = acceptable(password, reset.person_of(proven))
        api_session.finish(Purpose.RESET, session_id)
        reset.finish(proven, password=chosen, caller=caller)


def acceptable(password: str, person: User) -> str:
    """The password in its normal form. Raises WeakPassword when the rules for this person forbid it."""
    chosen = normalise_password(password)
    try:
        validate_password(chosen, person)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), field="password") from error
    return chosen


def _proven(session_id: str, pending: PendingProof, code: str, caller: Caller) -> PendingProof:
    try:
        proven = reset.prove(pending, code=code, caller=caller)
    except reset.ResetGone as error:
        # A code for nobody was guessed, or the account was shut since.
        raise OtpExpired from error
    proofs.save(session_id, proven)
    return proven
