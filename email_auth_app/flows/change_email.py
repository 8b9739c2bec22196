"""Another address, or the first proof of one: a fresh sign-in, a code or link to it, a notice with a way back.

Whether the address has an account already is said only once it is proven (G11). The link works only in the browser
that began: a stranger who opens it by mistake must not confirm their address for somebody else's account.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.email_changes import find_undoable_email, set_verified_email, undo_email_change
from accounts_app.models import EmailChange, User
from core_app.caller import Caller
from core_app.errors import AppError
from email_auth_app.conf import conf
from email_auth_app.flows import notices, proofs
from email_auth_app.flows.proofs import PendingProof
from otp_app.purposes import Purpose
from sessions_app import guard
from sessions_app.models import SsoSession

# 128 bits: not to be guessed, and short enough for an SMS.
TOKEN_BYTES = 16


class OwnAddress(AppError):
    """The address is the person's already, and verified."""

    code = "own_address"


def is_fresh(session: SsoSession) -> bool:
    """Whether this sign-in was proven so lately that it may change the address (ASVS 7.5.1)."""
    return guard.is_fresh(session, seconds=conf.EMAIL_CHANGE_FRESH_SECONDS)


def start(session: SsoSession, *, email: str, binding: str, language: str, caller: Caller) -> PendingProof:
    """Send code and link to the address. `session` must be fresh. Raises OwnAddress, and as `proofs.send`."""
    if email == session.user.email_identifier:
        raise OwnAddress(_("This is your address already. Enter the new one."), field="email")
    pending = PendingProof(
        purpose=Purpose.EMAIL.value,
        email=email,
        binding=binding,
        user_id=session.user_id,
        sid=str(session.sid),
    )
    return proofs.send(pending, is_silent=False, language=language, caller=caller)


def send_again(pending: PendingProof, *, language: str, caller: Caller) -> PendingProof:
    """Send them again. Raises as `proofs.send_again`."""
    return proofs.send_again(pending, is_silent=False, language=language, caller=caller)


def belongs_to(pending: PendingProof, session: SsoSession) -> bool:
    """Whether this very sign-in began the change."""
    return pending.user_id == session.user_id and pending.sid == str(session.sid)


def finish(pending: PendingProof, *, user: User, caller: Caller) -> None:
    """Give the person the address, which was just proven, and tell them. Raises EmailTaken, EmailChangedMeanwhile."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        change = set_verified_email(
            user=user,
            email=pending.email,
            undo_hash=undo_hash(token),
            undo_until=timezone.now() + timedelta(seconds=conf.EMAIL_CHANGE_UNDO_SECONDS),
            caller=caller,
        )
        notices.tell_email_changed(user, change, undo_url=_undo_url(token), caller=caller)


def undoable(token: str) -> EmailChange:
    """The change that this link takes back. Raises UndoRefused."""
    return find_undoable_email(undo_hash(token))


def undo(token: str, *, caller: Caller) -> EmailChange:
    """Give the old address back and end every sign-in. Raises UndoRefused and EmailTaken."""
    change = undoable(token)
    undo_email_change(change=change, caller=caller)
    return change


def undo_hash(token: str) -> str:
    """What is kept of an undo token. It is random, so that a plain hash gives nothing away."""
    return hashlib.sha256(f"email-change-undo:{token}".encode()).hexdigest()


def _undo_url(token: str) -> str:
    """From the configured origin, never from the request's Host header (F13)."""
    return f"{settings.ISSUER_URL}{reverse('email_auth:change-undo', args=[token])}"
