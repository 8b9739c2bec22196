"""Who may send a message now: claims and their outcomes, each decided by the row count of one conditional
UPDATE.

`attempts` is also the fence: it grows with every claim, so a worker that was thought dead and comes back
finds that its claim is no longer the current one, and changes nothing.
"""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from messaging_app.conf import conf
from messaging_app.models import OutboundMessage

Status = OutboundMessage.Status
LONGEST_WAIT = 3600
GROWTH = 3
CANDIDATES = 5


def claim(message_id: uuid.UUID) -> OutboundMessage | None:
    """Take this message for sending; None when it is not due, not there, or somebody else's."""
    now = timezone.now()
    taken = OutboundMessage.objects.filter(_is_due(now), id=message_id).update(
        status=Status.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return OutboundMessage.objects.get(id=message_id) if taken else None


def claim_next() -> OutboundMessage | None:
    """Take the message that has waited longest; None when there is none that nobody else took first."""
    with transaction.atomic():
        for message_id in _waiting_longest():
            if message := claim(message_id):
                return message
    return None


def mark_sent(message: OutboundMessage, *, route: str, provider_id: str = "", parts: int = 0) -> bool:
    """Record the delivery and wipe the content. False when the claim was lost meanwhile."""
    payload = message.payload_sealed if conf.MESSAGING_KEEP_BODIES else ""
    return _settle(
        message,
        status=Status.SENT,
        sent_at=timezone.now(),
        route=route,
        provider_id=provider_id[:100],
        parts=parts,
        payload_sealed=payload,
        last_error="",
    )


def mark_refused(message: OutboundMessage, reason: str) -> bool:
    """Nobody will ever take this message; only an operator can queue it again."""
    return _settle(message, status=Status.FAILED, last_error=reason[:200])


def postpone(message: OutboundMessage, reason: str) -> bool:
    """Back into the queue for later, or given up after the last attempt."""
    if message.attempts >= conf.MESSAGING_MAX_ATTEMPTS:
        return _settle(message, status=Status.DEAD, last_error=reason[:200])
    later = timezone.now() + retry_delay(message.attempts)
    return _settle(message, status=Status.QUEUED, next_attempt_at=later, last_error=reason[:200])


def sweep() -> int:
    """Close what can no longer be sent: too late, or taken for the last time by a worker that died."""
    now = timezone.now()
    abandoned = Q(status=Status.SENDING, claimed_at__lt=_oldest_claim(now))
    open_statuses = Q(status__in=[Status.QUEUED, Status.FAILED, Status.DEAD]) | abandoned
    expired = OutboundMessage.objects.filter(open_statuses, expires_at__lte=now).update(
        status=Status.EXPIRED, payload_sealed=""
    )
    given_up = OutboundMessage.objects.filter(abandoned, attempts__gte=conf.MESSAGING_MAX_ATTEMPTS).update(
        status=Status.DEAD, last_error="the worker died"
    )
    return expired + given_up


def retry_delay(attempts: int) -> timedelta:
    """Wait after the n-th failed attempt: three times longer each time, ±25 % so that a crowd does not return
    at once.
    """
    seconds = min(conf.MESSAGING_RETRY_SECONDS * GROWTH ** (attempts - 1), LONGEST_WAIT)
    return timedelta(seconds=seconds * (0.75 + secrets.randbelow(501) / 1000))


def _settle(message: OutboundMessage, **changes: object) -> bool:
    mine = OutboundMessage.objects.filter(id=message.id, status=Status.SENDING, attempts=message.attempts)
    return mine.update(**changes) == 1


def _waiting_longest() -> list[uuid.UUID]:
    """Candidates only; the claim decides.

    Rows that another worker is just claiming are passed over where that works.
    """
    waiting = OutboundMessage.objects.filter(_is_due(timezone.now())).order_by("next_attempt_at")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)[:1]
    else:
        waiting = waiting[:CANDIDATES]
    return list(waiting.values_list("id", flat=True))


def _is_due(now: datetime) -> Q:
    waiting = Q(status=Status.QUEUED, next_attempt_at__lte=now)
    abandoned = Q(
        status=Status.SENDING, claimed_at__lt=_oldest_claim(now), attempts__lt=conf.MESSAGING_MAX_ATTEMPTS
    )
    in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return (waiting | abandoned) & in_time


def _oldest_claim(now: datetime) -> datetime:
    return now - timedelta(seconds=conf.MESSAGING_CLAIM_SECONDS)
