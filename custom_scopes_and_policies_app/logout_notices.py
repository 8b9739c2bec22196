"""The outbox of back-channel logout: who is told that a session ended, and who delivers it, decided by row counts.

A row is written in the transaction that ends the session. Taking it for delivery pushes its next attempt away and
counts `attempts`, which is the fence as well: whoever was thought dead and comes back changes nothing.
"""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core_app.events import REFUSED
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application, LogoutNotice, RefreshToken
from custom_scopes_and_policies_app.signals import app_not_told, app_told

State = LogoutNotice.State
# Longer than one attempt can take.
CLAIM_SECONDS = 30
LONGEST_WAIT = 3600
GROWTH = 3
CANDIDATES = 5


def apps_of(sid: uuid.UUID) -> QuerySet[Application]:
    """The apps that got tokens under a session, whether these are still good or not."""
    families = RefreshToken.objects.filter(session_id=sid)
    return Application.objects.filter(pk__in=families.values("application"), is_enabled=True)


def write_notices(*, sid: uuid.UUID, sub: uuid.UUID, apps: Iterable[Application]) -> int:
    """Queue the news for those of these apps that want it; one that was told before is told again."""
    wanting = [app for app in apps if app.backchannel_logout_uri]
    if not wanting:
        return 0
    LogoutNotice.objects.filter(sid=sid, application__in=wanting).exclude(state=State.WAITING).update(
        state=State.WAITING, attempts=0, next_attempt_at=timezone.now(), delivered_at=None
    )
    LogoutNotice.objects.bulk_create(
        [LogoutNotice(application=app, sid=sid, sub=sub) for app in wanting], ignore_conflicts=True
    )
    return len(wanting)


def claim_next() -> LogoutNotice | None:
    """Take the notice that has waited longest; None when there is none that nobody else took first."""
    if connection.vendor != "postgresql":
        return _claim_first(_due()[:CANDIDATES])
    # Only PostgreSQL locks no more than it returns (see messaging_app.claims).
    with transaction.atomic():
        return _claim_first(_due().select_for_update(skip_locked=True)[:1])


def mark_delivered(notice: LogoutNotice, *, status: int) -> None:
    """The app took it."""
    now = timezone.now()
    with transaction.atomic():
        is_mine = _mine(notice).update(
            state=State.DELIVERED, delivered_at=now, last_status=status, last_error=""
        )
        if is_mine:
            app_told.emit(client_id=notice.application.client_id, sid=notice.sid, subject=str(notice.sub))


def give_up(notice: LogoutNotice, *, status: int | None, reason: str) -> None:
    """Trying again will not help, or was tried often enough."""
    with transaction.atomic():
        if _mine(notice).update(state=State.FAILED, last_status=status, last_error=reason[:200]):
            app_not_told.emit(
                client_id=notice.application.client_id,
                sid=notice.sid,
                subject=str(notice.sub),
                outcome=REFUSED,
                reason=reason[:200],
            )


def try_later(notice: LogoutNotice, *, status: int | None, reason: str, wait: int = 0) -> None:
    """Wait at least `wait` seconds, or give up after the last attempt.

    Everything else for the same app waits too: one that hangs must not hold up the news for others.
    """
    if notice.attempts >= conf.BACKCHANNEL_LOGOUT_ATTEMPTS:
        give_up(notice, status=status, reason=reason)
        return
    now = timezone.now()
    later = now + max(retry_delay(notice.attempts), timedelta(seconds=min(wait, LONGEST_WAIT)))
    _mine(notice).update(next_attempt_at=later, last_status=status, last_error=reason[:200])
    _due_at(now).filter(application_id=notice.application_id).update(next_attempt_at=later)


def retry_delay(attempts: int) -> timedelta:
    """Wait after the n-th failure: three times longer each time, ±25 % so that a crowd does not return at once."""
    seconds = min(conf.BACKCHANNEL_LOGOUT_RETRY_SECONDS * GROWTH ** (attempts - 1), LONGEST_WAIT)
    return timedelta(seconds=seconds * (0.75 + secrets.randbelow(501) / 1000))


def try_again(notices: QuerySet[LogoutNotice]) -> int:
    """For operators: those that were given up are tried once more. Returns how many."""
    return notices.filter(state=State.FAILED).update(
        state=State.WAITING, attempts=0, next_attempt_at=timezone.now()
    )


def _claim_first(candidates: QuerySet[LogoutNotice]) -> LogoutNotice | None:
    for pk in list(candidates.values_list("pk", flat=True)):
        now = timezone.now()
        taken = (
            _due_at(now)
            .filter(pk=pk)
            .update(attempts=F("attempts") + 1, next_attempt_at=now + timedelta(seconds=CLAIM_SECONDS))
        )
        if taken:
            return LogoutNotice.objects.select_related("application").get(pk=pk)
    return None


def _due() -> QuerySet[LogoutNotice]:
    return _due_at(timezone.now()).order_by("next_attempt_at")


def _due_at(now: datetime) -> QuerySet[LogoutNotice]:
    return LogoutNotice.objects.filter(state=State.WAITING, next_attempt_at__lte=now)


def _mine(notice: LogoutNotice) -> QuerySet[LogoutNotice]:
    return LogoutNotice.objects.filter(pk=notice.pk, state=State.WAITING, attempts=notice.attempts)
