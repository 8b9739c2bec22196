"""The one account gate: who may receive a token, asked by every grant type at redemption (requirement B11).

Checked at redemption and not only at login, because an account can be locked between the two.
"""

from dataclasses import dataclass

from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from sessions_app.models import SsoSession


@dataclass(frozen=True, slots=True)
class GateDecision:
    """`reason` is a stable word for the operator's record; the app only learns `invalid_grant`."""

    is_open: bool
    reason: str = ""


OPEN = GateDecision(is_open=True)


def account_may_receive_tokens(
    *, user: User | None, session: SsoSession | None, client: Application
) -> GateDecision:
    """Whether tokens may be given now. `user` is None only for a client acting for itself."""
    if not client.is_enabled:
        return GateDecision(False, "client_disabled")
    if user is None:
        return OPEN
    if not user.is_active or user.deactivated_at is not None:
        return GateDecision(False, "account_inactive")
    if user.must_change_password:
        return GateDecision(False, "password_change_required")
    if session is not None and session.ended_at is not None:
        return GateDecision(False, "session_ended")
    if session is not None and session.expires_at <= timezone.now():
        return GateDecision(False, "session_expired")
    return OPEN
