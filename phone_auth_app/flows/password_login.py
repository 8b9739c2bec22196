"""Signing in with number and password: one answer for every reason to refuse."""

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from core_app.caller import caller_of
from core_app.errors import AppError
from core_app.events import REFUSED
from limits_app.locks import Locked, hand_over
from sessions_app import gate
from sessions_app.browser import browser_binding
from sessions_app.signals import login_failed


class WrongCredentials(AppError):
    """Unknown number, wrong password, no password, shut account: nobody is told which."""

    code = "wrong_credentials"


def check_password(request: HttpRequest, *, phone: str, password: str, binding: str | None = None) -> User:
    """The person of an E.164 number and a password. Raises WrongCredentials, Locked.

    `binding` names the device; this browser when left out, no device when "".
    """
    device = browser_binding(request) if binding is None else binding
    caller = caller_of(request)
    try:
        with gate.one_attempt(account=phone, caller=caller, binding=device) as attempt:
            hand_over(request, attempt)
            return _authenticated(request, phone, password)
    except Locked:
        _record_failure(request, phone, reason="locked")
        raise
    except WrongCredentials as error:
        _record_failure(request, phone, reason=error.code)
        raise


def _authenticated(request: HttpRequest, phone: str, password: str) -> User:
    person = authenticate(request, username=phone, password=password)
    if isinstance(person, User):
        return person
    raise WrongCredentials(_("The phone number or the password is not right. Check both and try again."))


def _record_failure(request: HttpRequest, phone: str, *, reason: str) -> None:
    holder = find_by_phone(phone)
    with transaction.atomic():
        login_failed.emit(
            user_id=holder.pk if holder else None,
            subject=mask_phone(phone),
            outcome=REFUSED,
            reason=reason,
            caller=caller_of(request),
        )
