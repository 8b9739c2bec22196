"""From an event to a row of the record, in the transaction of what happened."""

from django.utils import timezone

from core_app.caller import Caller
from core_app.events import Event
from core_app.inserts import Insert
from core_app.rows import new_object
from core_app.together import open_writes
from obligations_app.models import OAuthTokenLog
from obligations_app.redaction import free_text, identifier

MAX_SCOPES = 2000
INSERT = Insert(OAuthTokenLog)
NOBODY = Caller()
LIMITS: dict[str, int] = {
    field.name: field.max_length
    for field in OAuthTokenLog._meta.concrete_fields
    if field.max_length is not None
}


def record(event: Event) -> OAuthTokenLog:
    """Write one row, together with the change where that is still to be written (`core_app.together`).

    Whatever it raises takes the change with it: nothing happens unrecorded.
    """
    entry = _entry(event)
    writes = open_writes()
    if writes is None:
        entry.save()
    else:
        writes.add(INSERT, entry)
    return entry


def _entry(event: Event) -> OAuthTokenLog:
    caller = event.caller or NOBODY
    return new_object(
        OAuthTokenLog,
        {
            "id": None,
            "at": timezone.now(),
            "event": event.name,
            "outcome": event.outcome,
            "reason": free_text(event.reason, LIMITS["reason"]),
            "user_id": event.user_id,
            "subject": free_text(event.subject, LIMITS["subject"]),
            "client_id": identifier(event.client_id, LIMITS["client_id"]),
            "grant_type": identifier(event.grant_type, LIMITS["grant_type"]),
            "scopes": identifier(" ".join(event.scopes), MAX_SCOPES),
            "policies": {name: identifier(level, 100) for name, level in event.policies.items()},
            "sid": event.sid,
            "jti": identifier(event.jti, LIMITS["jti"]),
            "family": event.family,
            "ip": caller.ip or None,
            "user_agent": identifier(caller.user_agent, LIMITS["user_agent"]),
            "request_id": identifier(caller.request_id, LIMITS["request_id"]),
            "count": 1,
        },
    )
