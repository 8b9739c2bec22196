"""Closing one's account: a fresh sign-in, everything ends, a notice with the way back while there is one."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse

from accounts_app.closing import close_account, find_reopenable, reopen_account
from accounts_app.models import AccountClosure, User
from core_app.caller import Caller
from core_app.transactions import run_in_transaction
from messaging_app.notices import tell_by_email, tell_by_sms
from self_service_app.flows.fresh import require_fresh
from sessions_app.models import SsoSession

# 128 bits: not to be guessed, and short enough for an SMS.
TOKEN_BYTES = 16
TEMPLATE = "account_closed"


def close(session: SsoSession, *, caller: Caller) -> AccountClosure:
    """Close the account of this sign-in and tell its person. Raises NotFresh, OperatorStays, ClosedMeanwhile."""
    require_fresh(session)
    token = secrets.token_urlsafe(TOKEN_BYTES)

    def close_and_tell() -> AccountClosure:
        closure = close_account(user=session.user, undo_hash=undo_hash(token), caller=caller)
        _tell(session.user, closure, token, caller)
        return closure

    return run_in_transaction(close_and_tell)


def reopenable(token: str) -> AccountClosure:
    """The closed account that this link opens again. Raises UndoRefused."""
    return find_reopenable(undo_hash(token))


def reopen(token: str, *, caller: Caller) -> None:
    """Open it again. Raises UndoRefused."""
    reopen_account(closure=reopenable(token), caller=caller)


def undo_hash(token: str) -> str:
    """What is kept of an undo token. It is random, so that a plain hash gives nothing away."""
    return hashlib.sha256(f"account-closing-undo:{token}".encode()).hexdigest()


def _tell(person: User, closure: AccountClosure, token: str, caller: Caller) -> None:
    """To the address and to the number: whoever closed the account may hold one of them only."""
    has_way_back = closure.undo_until > closure.closed_at
    context = {
        "undo_url": _undo_url(token) if has_way_back else "",
        "when": closure.closed_at,
        "until": closure.undo_until,
        "ip": caller.ip,
    }
    tell_by_email(person, template=TEMPLATE, context=context)
    if person.phone and person.phone_proven_at:
        tell_by_sms(person, to=person.phone, template=TEMPLATE, context=context)


def _undo_url(token: str) -> str:
    """From the configured origin, never from the request's Host header (F13)."""
    return f"{settings.ISSUER_URL}{reverse('account:close-undo', args=[token])}"
