"""How sessions end: decided by row count, told once, refused everywhere from the commit on."""

from collections.abc import Iterable

from django.utils import timezone

from core_app.caller import Caller
from core_app.transactions import run_in_transaction
from sessions_app.liveness import forget_on_commit, session_key
from sessions_app.models import Device, SsoSession
from sessions_app.signals import session_ended


def end_session(*, session: SsoSession, reason: str, caller: Caller | None = None) -> bool:
    """End one session. True when this call ended it, False when it had ended already."""

    def end() -> bool:
        ended = SsoSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(
            ended_at=timezone.now(), end_reason=reason
        )
        if not ended:
            return False
        session_ended.emit(user_id=session.user_id, sid=session.sid, reason=reason, caller=caller)
        forget_on_commit([session_key(session.sid)])
        return True

    return run_in_transaction(end)


def end_sessions_on(*, device: Device, reason: str, caller: Caller | None = None) -> int:
    """End all sign-ins of a device; returns how many this call ended."""
    live = SsoSession.objects.filter(device=device, ended_at__isnull=True).order_by("pk")
    return sum(end_session(session=session, reason=reason, caller=caller) for session in live)


def end_sessions_of(
    *, user_id: int, reason: str, keep: Iterable[SsoSession] = (), caller: Caller | None = None
) -> int:
    """End all sessions of a person except `keep`; returns how many this call ended."""
    kept = {session.pk for session in keep}
    live = SsoSession.objects.filter(user_id=user_id, ended_at__isnull=True).exclude(pk__in=kept)
    return sum(end_session(session=session, reason=reason, caller=caller) for session in live.order_by("pk"))
