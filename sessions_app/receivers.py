"""What this room does when something below it happens: a shut account is signed out everywhere."""

from typing import Any

from core_app.events import Event
from sessions_app.ending import end_sessions_of
from sessions_app.models import SsoSession


def end_sessions(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction that shuts the account (I04)."""
    if event.user_id is not None:
        end_sessions_of(user_id=event.user_id, reason=SsoSession.EndReason.DEACTIVATED, caller=event.caller)
