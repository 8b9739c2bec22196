"""What this room does when something below it happens: who may still be signed in, and who not any more."""

from typing import Any

from core_app.events import Event
from sessions_app.ending import end_sessions_of
from sessions_app.models import Device, SsoSession


def end_sessions(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction that shuts the account (I04)."""
    if event.user_id is not None:
        end_sessions_of(user_id=event.user_id, reason=SsoSession.EndReason.DEACTIVATED, caller=event.caller)


def end_other_sessions(sender: object, event: Event, **kwargs: Any) -> None:
    """A password or factor changed: whoever is signed in with the old one is not any more (C13).

    The sign-in that the event names did it, and goes on; an event without one ends them all.
    """
    if event.user_id is not None:
        end_sessions_of(
            user_id=event.user_id,
            reason=SsoSession.EndReason.CREDENTIALS_CHANGED,
            keep=SsoSession.objects.filter(pk=event.sid) if event.sid else (),
            caller=event.caller,
        )


def end_sessions_of_others(sender: object, event: Event, **kwargs: Any) -> None:
    """A number was proven for the first time, or a number or address given back: whoever is signed in may be somebody
    else (C13).

    Their browsers are no known devices of this person either.
    """
    if event.user_id is not None:
        reason = SsoSession.EndReason.CREDENTIALS_CHANGED
        end_sessions_of(user_id=event.user_id, reason=reason, caller=event.caller)
        Device.objects.filter(user_id=event.user_id).delete()
