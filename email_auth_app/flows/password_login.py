"""Signing in with address and password: one answer for every reason to refuse."""

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import mask_email
from accounts_app.models import User
from accounts_app.selectors import find_by_email
from core_app.caller import caller_of
from core_app.errors import AppError
from core_app.events import REFUSED
from limits_app.locks import Locked, hand_over
from sessions_app import gate
from sessions_app.browser import browser_binding
from sessions_app.signals import login_failed


class WrongCredentials(AppError):
    """Unknown address, wrong password, no password, shut account: nobody is told which."""

    code = "wrong_credentials"


def check_password(request: HttpRequest, *, email: str, password: str, binding: str | None = None) -> User:
    """The person of an address (its normal form) and a password. Raises WrongCredentials, Locked.

    `binding` names the device; this browser when left out, no device when "".
    """
    device = browser_binding(request) if binding is None else binding
    caller = caller_of(request)
    try:
        with gate.one_attempt(account=email, caller=caller, binding=device) as attempt:
            hand_over(request, attempt)
            return _authenticated(request, email, password)
    except Locked:
        _record_failure(request, email, reason="locked")
        raise
    except WrongCredentials as error:
        _record_failure(request, email, reason=error.code)
        raise


def _authenticated(request: HttpRequest, email: str, password: str) -> User:
    person = authenticate(request, email=email, password=password)
    if isinstance(person, User):
        return person
    raise WrongCredentials(_("The e-mail address or the password is not right. Check both and try again."))


def _record_failure(request: HttpRequest, email: str, *, reason: str) -> None:
    holder = find_by_email(email)
    with transaction.atomic():
        login_failed.emit(
            user_id=holder.pk if holder else None,
            subject=mask_email(email),
            outcome=REFUSED,
            reason=reason,
            caller=caller_of(request),
        )
