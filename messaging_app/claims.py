"""Who may send a message now: claims and their outcomes, each decided by the row count of one conditional
UPDATE.

`attempts` is also the fence: it grows with every claim, so a worker that was thought dead and comes back
finds that its claim is no longer the current one, and changes nothing.
"""

import secrets
import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from messaging_app.conf import conf
from messaging_app.models import OutboundMessage

Status = OutboundMessage.Status
LONGEST_WAIT = 3600
GROWTH = 3
CANDIDATES = 5
SWEPT_AT_ONCE = 500


def claim(message_id: uuid.UUID) -> OutboundMessage | None:
    """Take this message for sending; None when it is not due, not there, or somebody else's."""
    now = timezone.now()
    taken = OutboundMessage.objects.filter(_is_due(now), id=message_id).update(
        status=Status.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return OutboundMessage.objects.get(id=message_id) if taken else None


def claim_next() -> OutboundMessage | None:
    """Take the message that has waited longest; None when there is none that nobody else took first."""
    if connection.vendor == "postgresql":
        return _claim_passing_over_locked()
    return _claim_first(_waiting()[:CANDIDATES])


def hand_over(message: OutboundMessage, route: str) -> bool:
    """Note which gateway is about to get the message, before it is called.

    False when the claim was lost or the message has become too late meanwhile: then it must not be sent. Whoever
    takes over after a crash sees from the note that it may have left.
    """
    now = timezone.now()
    changed = _mine(message).filter(_in_time(now)).update(handed_to=route, claimed_at=now)
    message.handed_to = route
    return changed == 1


def mark_sent(
    message: OutboundMessage,
    *,
    route: str,
    provider_id: str = "",
    parts: int = 0,
    cost: Decimal | None = None,
    currency: str = "",
) -> bool:
    """Record the delivery and wipe the content. False when the claim was lost meanwhile."""
    payload = message.payload_sealed if conf.MESSAGING_KEEP_BODIES else ""
    return _settle(
        message,
        status=Status.SENT,
        sent_at=timezone.now(),
        route=route,
        provider_id=provider_id[:100],
        parts=parts,
        cost=cost,
        currency=currency,
        payload_sealed=payload,
        last_error="",
    )


def mark_refused(message: OutboundMessage, reason: str) -> bool:
    """Nobody will ever take this message; only an operator can queue it again."""
    return _settle(message, status=Status.FAILED, last_error=reason[:200], handed_to="")


def mark_unknown(message: OutboundMessage, reason: str) -> bool:
    """It may have left, and nobody can be asked: it is never sent again, so its content goes."""
    return _settle(
        message,
        status=Status.UNKNOWN,
        route=message.handed_to,
        last_error=reason[:200],
        payload_sealed="",
    )


def postpone(message: OutboundMessage, reason: str) -> bool:
    """Nothing was sent: back into the queue for later and for any gateway, or given up after the last attempt."""
    return _try_later(message, reason, handed_to="")


def repeat_later(message: OutboundMessage, reason: str) -> bool:
    """It may have left: back into the queue, but for the same gateway only."""
    return _try_later(message, reason, handed_to=message.handed_to)


def sweep() -> None:
    """Close what can no longer be sent: too late, or taken for the last time by a worker that died."""
    now = timezone.now()
    abandoned = Q(status=Status.SENDING, claimed_at__lt=_oldest_claim(now))
    still_open = Q(status__in=[Status.QUEUED, Status.FAILED, Status.DEAD]) | abandoned
    _close(still_open & Q(expires_at__lte=now), status=Status.EXPIRED, payload_sealed="")
    worn_out = abandoned & Q(attempts__gte=conf.MESSAGING_MAX_ATTEMPTS)
    _close(worn_out, status=Status.DEAD, last_error="the worker died")


def retry_delay(attempts: int) -> timedelta:
    """Wait after the n-th failed attempt: three times longer each time, ±25 % so that a crowd does not return
    at once.
    """
    seconds = min(conf.MESSAGING_RETRY_SECONDS * GROWTH ** (attempts - 1), LONGEST_WAIT)
    return timedelta(seconds=seconds * (0.75 + secrets.randbelow(501) / 1000))


def _try_later(message: OutboundMessage, reason: str, *, handed_to: str) -> bool:
    changes = {"last_error": reason[:200], "handed_to": handed_to}
    if message.attempts >= conf.MESSAGING_MAX_ATTEMPTS:
        return _settle(message, status=Status.DEAD, **changes)
    later = timezone.now() + retry_delay(message.attempts)
    return _settle(message, status=Status.QUEUED, next_attempt_at=later, **changes)


def _mine(message: OutboundMessage) -> QuerySet[OutboundMessage]:
    return OutboundMessage.objects.filter(id=message.id, status=Status.SENDING, attempts=message.attempts)


def _settle(message: OutboundMessage, **changes: object) -> bool:
    return _mine(message).update(**changes) == 1


def _close(condition: Q, **changes: object) -> None:
    """Look first and lock only what is found: an UPDATE over a range would wait for every message being sent."""
    if found := list(OutboundMessage.objects.filter(condition).values_list("id", flat=True)[:SWEPT_AT_ONCE]):
        OutboundMessage.objects.filter(condition, id__in=found).update(**changes)


def _claim_passing_over_locked() -> OutboundMessage | None:
    """Only PostgreSQL locks no more than it returns. MariaDB has SKIP LOCKED too, but locks all it has to sort:
    relays side by side then end in deadlocks."""
    with transaction.atomic():
        return _claim_first(_waiting().select_for_update(skip_locked=True)[:1])


def _claim_first(candidates: QuerySet[OutboundMessage]) -> OutboundMessage | None:
    """The first candidate whose claim succeeds; the others are being sent by somebody else."""
    for message_id in list(candidates.values_list("id", flat=True)):
        if message := claim(message_id):
            return message
    return None


def _waiting() -> QuerySet[OutboundMessage]:
    return OutboundMessage.objects.filter(_is_due(timezone.now())).order_by("next_attempt_at")


def _is_due(now: datetime) -> Q:
    waiting = Q(status=Status.QUEUED, next_attempt_at__lte=now)
    abandoned = Q(
        status=Status.SENDING, claimed_at__lt=_oldest_claim(now), attempts__lt=conf.MESSAGING_MAX_ATTEMPTS
    )
    return (waiting | abandoned) & _in_time(now)


def _in_time(now: datetime) -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now)


def _oldest_claim(now: datetime) -> datetime:
    return now - timedelta(seconds=conf.MESSAGING_CLAIM_SECONDS)
