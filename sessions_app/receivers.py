"""What this room does when something below it happens: a shut account is signed out everywhere."""

from typing import Any

from core_app.events import Event
from sessions_app.ending import end_sessions_of
from sessions_app.models import SsoSession


def end_sessions(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction that shuts the account (I04)."""
    if event.user_id is not None:
        end_sessions_of(user_id=event.user_id, reason=SsoSession.EndReason.DEACTIVATED, caller=event.caller)


def end_sessions_after_reset(sender: object, event: Event, **kwargs: Any) -> None:
    """An operator set somebody's password: whoever is signed in with the old one is not any more (C13)."""
    if event.user_id is not None and event.reason == "operator":
        reason = SsoSession.EndReason.CREDENTIALS_CHANGED
        end_sessions_of(user_id=event.user_id, reason=reason, caller=event.caller)
