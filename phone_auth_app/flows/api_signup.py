"""The second half of signing up by JSON: a proven number gets a password, and with it an account; then a profile."""

import uuid
from dataclasses import replace

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from accounts_app.passwords import normalise_password
from accounts_app.selectors import find_by_phone, find_by_sub
from accounts_app.services import PhoneTaken, update_profile
from core_app.caller import Caller
from core_app.errors import AppError
from phone_auth_app.flows import signup
from phone_auth_app.flows.api_session import (
    ApiSession,
    SessionGone,
    Step,
    WrongStep,
    finishing,
    its_turn,
    save,
)
from sessions_app.login import complete_for_app


class WeakPassword(AppError):
    """The password does not meet the rules; the message has all of them."""

    code = "weak_password"
    status = 422


def set_password(*, session_id: str, password: str, caller: Caller) -> ApiSession:
    """Make the account. Sent twice, the first wins. Raises what `its_turn` does, WeakPassword, PhoneTaken."""
    with its_turn(Step.NEW_PASSWORD, session_id) as session:
        chosen = normalise_password(password)
        try:
            validate_password(chosen, User(phone=session.phone))
        except ValidationError as error:
            raise WeakPassword(" ".join(error.messages), field="password") from error
        try:
            person = signup.finish(session.as_signup(), password=chosen, caller=caller)
        except PhoneTaken as error:
            raise _taken(session) from error
        return save(_after_account(session, person))


def complete_profile(
    *, session_id: str, email: str, first_name: str, last_name: str, caller: Caller
) -> dict[str, object]:
    """Write down who this is and give the tokens. Raises what `its_turn` does and what signing in raises."""
    with its_turn(Step.PROFILE, session_id) as session:
        person = _still_as_made(session)
        with finishing(session):
            # What is left out stays: an account that was there before its number was proven may have a name.
            update_profile(
                user=person,
                given_name=first_name or None,
                family_name=last_name or None,
                name=f"{first_name} {last_name}".strip() or None,
                email=email or None,
            )
            return complete_for_app(user=person, methods=["sms"], binding=session.binding, caller=caller)


def _taken(session: ApiSession) -> AppError:
    """The number has an account by now: this session's own, made by the same step sent twice, or another's."""
    holder = find_by_phone(session.phone)
    is_own = holder is not None and str(holder.sub) == session.sub
    going_on = _after_account(session, holder) if holder and is_own else replace(session, step=Step.PASSWORD)
    save(going_on)
    if is_own:
        return WrongStep(going_on.step)
    return PhoneTaken(
        _("This number has an account by now. Sign in with its password."),
        extra={"next_step": going_on.step.value},
    )


def _after_account(session: ApiSession, person: User) -> ApiSession:
    return replace(session, step=Step.PROFILE, password_set_at=_password_set_at(person))


def _still_as_made(session: ApiSession) -> User:
    """The person that this session made. Raises SessionGone once number or password are others: whoever proved the
    number since then has ended what was under way before.
    """
    person = find_by_sub(uuid.UUID(session.sub))
    if person is None or person.phone != session.phone or _password_set_at(person) != session.password_set_at:
        raise SessionGone
    return person


def _password_set_at(person: User) -> float | None:
    return person.password_changed_at.timestamp() if person.password_changed_at else None
