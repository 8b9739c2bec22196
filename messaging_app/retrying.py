"""Dead letters: what was given up or refused for good, sent again by an operator.

Only what can still be of use: a code that has run out, and what may have arrived already, are never sent again.
"""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core_app.caller import Caller
from messaging_app.models import OutboundMessage
from messaging_app.outbox import send_after_commit
from messaging_app.signals import message_retried
from messaging_app.sms import repeats_safely

Status = OutboundMessage.Status
GIVEN_UP = (Status.DEAD, Status.FAILED)


def retry(*, ids: Sequence[uuid.UUID], operator_id: int | None, caller: Caller | None) -> int:
    """Queue these again, each that `why_not` has nothing against. Returns how many; each is an event."""
    messages = OutboundMessage.objects.filter(id__in=ids, status__in=GIVEN_UP)
    return sum(_retry_one(message, operator_id, caller) for message in messages if not why_not(message))


def why_not(message: OutboundMessage) -> str:
    """Why this message cannot be sent again, in words for operators; "" when it can."""
    if message.status not in GIVEN_UP:
        return _("Only messages that were given up or refused for good can be sent again.")
    if not message.payload_sealed:
        return _("Its words are deleted already.")
    if message.expires_at is not None and message.expires_at <= timezone.now():
        return _("It is too late: what it says has run out.")
    if message.handed_to and not repeats_safely(message.handed_to):
        return _("The gateway %(route)s had it when the worker died: it may have arrived.") % {
            "route": message.handed_to
        }
    return ""


def _retry_one(message: OutboundMessage, operator_id: int | None, caller: Caller | None) -> bool:
    """One UPDATE decides between two operators, and between one and the clock."""
    now = timezone.now()
    in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    same = OutboundMessage.objects.filter(in_time, id=message.id, status=message.status)
    with transaction.atomic():
        if not same.update(status=Status.QUEUED, attempts=0, next_attempt_at=now):
            return False
        send_after_commit(message.id)
        message_retried.emit(
            user_id=operator_id, subject=str(message.id), reason=message.purpose, caller=caller
        )
    return True
