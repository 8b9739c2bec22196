"""Where the person is and was signed in, on what devices."""

from collections.abc import Mapping

from accounts_app.models import User
from sessions_app.models import Device, SsoSession


def exported(person: User) -> Mapping[str, object]:
    """Not the hashes by which devices are recognised."""
    sessions = SsoSession.objects.filter(user=person).select_related("device").order_by("created_at")
    return {
        "devices": list(
            Device.objects.filter(user=person)
            .order_by("first_seen_at")
            .values("name", "user_agent", "first_seen_at", "last_seen_at", "last_ip")
        ),
        "sessions": (_session(session) for session in sessions.iterator()),
    }


def _session(session: SsoSession) -> dict[str, object]:
    return {
        "device": session.device.name if session.device else "",
        "signed_in_at": session.created_at,
        "auth_time": session.auth_time,
        "methods": session.amr,
        "assurance": session.acr,
        "ip": session.ip,
        "user_agent": session.user_agent,
        "last_seen_at": session.last_seen_at,
        "ended_at": session.ended_at,
        "why_it_ended": session.end_reason,
    }
