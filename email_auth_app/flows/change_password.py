"""A new password for somebody who is signed in: the present one is asked for; a fresh sign-in where there is none."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from accounts_app.services import save_new_password, with_new_password
from accounts_app.signals import password_changed
from core_app.caller import Caller
from core_app.errors import AppError
from email_auth_app.conf import conf
from sessions_app import gate, guard
from sessions_app.models import SsoSession


class WrongPassword(AppError):
    """What was given as the present password is not it."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__(_("This is not your present password."), field="current_password")


class PasswordChangedMeanwhile(AppError):
    """Somebody, maybe the same person in another tab, has set another password since."""

    code = "password_changed_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Your password was changed in the meantime. Sign in again."))


def wants_fresh_sign_in(session: SsoSession) -> bool:
    """Whether this sign-in must be proven again first: there is no password to ask for, and it was long ago."""
    return not session.user.has_usable_password() and not guard.is_fresh(
        session, seconds=conf.EMAIL_CHANGE_FRESH_SECONDS
    )


def check_current(person: User, *, password: str, binding: str, caller: Caller) -> None:
    """Return when it is the person's password, or they have none. Raises WrongPassword, and Locked.

    It counts with the failures of signing in: a found open browser is no place for guessing.
    """
    if not person.has_usable_password():
        return
    with gate.one_attempt(account=person.get_username(), caller=caller, binding=binding):
        if not person.check_password(password):
            raise WrongPassword


def finish(session: SsoSession, *, password: str, caller: Caller) -> User:
    """Set a password that has passed the rules and tell the person. Every other sign-in ends by the event.

    Call it after `check_current` with the same person. Raises PasswordChangedMeanwhile.
    """
    before = session.user.password
    person = with_new_password(user=session.user, password=password)
    with transaction.atomic():
        if not save_new_password(user=person, instead_of=before):
            raise PasswordChangedMeanwhile
        password_changed.emit(
            user_id=person.pk, sid=session.sid, subject=str(person.sub), reason="by the person", caller=caller
        )
    return person
