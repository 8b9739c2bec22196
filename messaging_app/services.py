"""Queueing messages.

The row is written in the caller's transaction: no change without its message, and none without its change.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from core_app.ids import time_ordered_uuid
from messaging_app.conf import INLINE, delivery_mode
from messaging_app.delivery import deliver
from messaging_app.envelope import seal_payload, seal_recipient
from messaging_app.models import OutboundMessage
from messaging_app.recipients import mask_email, mask_phone

Channel = OutboundMessage.Channel
Status = OutboundMessage.Status


def queue_sms(
    *,
    to: str,
    template: str,
    context: Mapping[str, object],
    purpose: str,
    language: str = "",
    expires_at: datetime | None = None,
    idempotency_key: str | None = None,
    user_id: int | None = None,
) -> OutboundMessage:
    """Queue `templates/messages/<template>.sms.txt` for an E.164 number.

    `purpose` is a stable word for operators. After `expires_at` it is no longer sent. A second call with the
    same `idempotency_key` (at most 100 characters) returns the first call's message and sends nothing.
    """
    return _queue(
        channel=Channel.SMS,
        to=to,
        masked=mask_phone(to),
        template=template,
        context=context,
        purpose=purpose,
        language=language,
        expires_at=expires_at,
        idempotency_key=idempotency_key,
        user_id=user_id,
    )


def queue_email(
    *,
    to: str,
    template: str,
    context: Mapping[str, object],
    purpose: str,
    language: str = "",
    expires_at: datetime | None = None,
    idempotency_key: str | None = None,
    user_id: int | None = None,
) -> OutboundMessage:
    """Queue `<template>.subject.txt`, `.email.txt` and `.email.html` for an address; otherwise as
    `queue_sms`.
    """
    return _queue(
        channel=Channel.EMAIL,
        to=to,
        masked=mask_email(to),
        template=template,
        context=context,
        purpose=purpose,
        language=language,
        expires_at=expires_at,
        idempotency_key=idempotency_key,
        user_id=user_id,
    )


def retry_given_up(*, ids: list[uuid.UUID]) -> int:
    """Queue again what was refused or given up, if it is not too late. Returns how many will be tried."""
    now = timezone.now()
    in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return OutboundMessage.objects.filter(
        in_time, id__in=ids, status__in=[Status.DEAD, Status.FAILED]
    ).update(status=Status.QUEUED, attempts=0, next_attempt_at=now)


def _queue(
    *,
    channel: Channel,
    to: str,
    masked: str,
    template: str,
    context: Mapping[str, object],
    purpose: str,
    language: str,
    expires_at: datetime | None,
    idempotency_key: str | None,
    user_id: int | None,
) -> OutboundMessage:
    message_id = time_ordered_uuid()
    fields = {
        "id": message_id,
        "channel": channel,
        "recipient_sealed": seal_recipient(message_id, to),
        "recipient_masked": masked,
        "template": template,
        "payload_sealed": seal_payload(message_id, context),
        "purpose": purpose,
        "language": language or translation.get_language() or settings.LANGUAGE_CODE,
        "expires_at": expires_at,
        "user_id": user_id,
    }
    message, is_new = OutboundMessage.objects.get_or_create(
        idempotency_key=idempotency_key or message_id.hex, defaults=fields
    )
    if is_new and delivery_mode() == INLINE:
        transaction.on_commit(lambda: _deliver_now(message.id), robust=True)
    return message


def _deliver_now(message_id: uuid.UUID) -> None:
    deliver(message_id)
