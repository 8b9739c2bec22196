"""Another number: a fresh sign-in, a code to the new number, notices to the old one and the e-mail, a way back.

Whether the new number has an account already is said only once it is proven (G11).
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import PhoneChange, User
from accounts_app.phone_changes import change_phone, find_undoable, undo_phone_change
from accounts_app.signals import phone_changed
from core_app.caller import Caller
from core_app.errors import AppError
from otp_app.purposes import Purpose
from phone_auth_app.conf import conf
from phone_auth_app.flows import codes, notices
from phone_auth_app.flows.codes import PendingCode
from sessions_app import guard
from sessions_app.models import SsoSession

# 128 bits: not to be guessed, and short enough for an SMS.
TOKEN_BYTES = 16


class OwnNumber(AppError):
    """The number is the person's already."""

    code = "own_number"


def is_fresh(session: SsoSession) -> bool:
    """Whether this sign-in was proven so lately that it may change the number (ASVS 7.5.1)."""
    return guard.is_fresh(session, seconds=conf.PHONE_CHANGE_FRESH_SECONDS)


def start(session: SsoSession, *, phone: str, binding: str, language: str, caller: Caller) -> PendingCode:
    """Send a code to the new number (E.164). `session` must be fresh. Raises OwnNumber, and as `codes.send`."""
    if phone == session.user.phone:
        raise OwnNumber(_("This is your number already. Enter the new one."), field="phone")
    pending = PendingCode(
        purpose=Purpose.PHONE_CHANGE.value,
        phone=phone,
        binding=binding,
        user_id=session.user_id,
        sid=str(session.sid),
    )
    return codes.send(pending, is_silent=False, language=language, caller=caller)


def send_again(pending: PendingCode, *, language: str, caller: Caller) -> PendingCode:
    """Send another code. Raises as `codes.send_again`."""
    return codes.send_again(pending, is_silent=False, language=language, caller=caller)


def belongs_to(pending: PendingCode, session: SsoSession) -> bool:
    """Whether this very sign-in began the change."""
    return pending.user_id == session.user_id and pending.sid == str(session.sid)


def finish(pending: PendingCode, *, user: User, code: str, caller: Caller) -> None:
    """Change the number when the code is right, and tell the person. Raises as `codes.check`, and PhoneTaken or
    ChangedMeanwhile.
    """
    codes.check(pending, code=code, caller=caller)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        change = change_phone(
            user=user,
            phone=pending.phone,
            undo_hash=undo_hash(token),
            undo_until=timezone.now() + timedelta(seconds=conf.PHONE_CHANGE_UNDO_SECONDS),
        )
        notices.tell_phone_changed(user, change, undo_url=_undo_url(token), caller=caller)
        phone_changed.emit(user_id=user.pk, subject=str(user.sub), caller=caller)


def undoable(token: str) -> PhoneChange:
    """The change that this link takes back. Raises UndoRefused."""
    return find_undoable(undo_hash(token))


def undo(token: str, *, caller: Caller) -> PhoneChange:
    """Give the old number back and end every sign-in. Raises UndoRefused and PhoneTaken."""
    change = undoable(token)
    undo_phone_change(change=change, caller=caller)
    return change


def undo_hash(token: str) -> str:
    """What is kept of an undo token. It is random, so that a plain hash gives nothing away."""
    return hashlib.sha256(f"phone-change-undo:{token}".encode()).hexdigest()


def _undo_url(token: str) -> str:
    """From the configured origin, never from the request's Host header (F13)."""
    return f"{settings.ISSUER_URL}{reverse('phone_auth:change-phone-undo', args=[token])}"
