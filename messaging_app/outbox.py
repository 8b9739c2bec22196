"""Writing a message into the outbox, in the caller's transaction: no change without its message, and none without
its change."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation

from core_app.ids import time_ordered_uuid
from messaging_app.background import wake
from messaging_app.conf import INLINE, THREAD, delivery_mode
from messaging_app.delivery import deliver
from messaging_app.envelope import seal_payload, seal_recipient
from messaging_app.models import OutboundMessage

Status = OutboundMessage.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is written. `refused` is why it will never be sent; "" when it will be."""

    channel: str
    to: str
    masked: str
    template: str
    context: Mapping[str, object]
    purpose: str
    language: str = ""
    country: str = ""
    expires_at: datetime | None = None
    idempotency_key: str | None = None
    user_id: int | None = None
    refused: str = ""
    note: str = ""


def write(draft: Draft) -> tuple[OutboundMessage, bool]:
    """Write the message and have it sent after the commit, or find the one that has its idempotency key already;
    and whether it is new.
    """
    message_id = time_ordered_uuid()
    message, is_new = OutboundMessage.objects.get_or_create(
        idempotency_key=draft.idempotency_key or message_id.hex, defaults=_fields(message_id, draft)
    )
    if is_new and not draft.refused:
        send_after_commit(message.id)
    return message, is_new


def language_of(draft_language: str) -> str:
    """The language asked for, else the one in use now, else the product's."""
    return draft_language or translation.get_language() or settings.LANGUAGE_CODE


def _fields(message_id: uuid.UUID, draft: Draft) -> dict[str, object]:
    return {
        "id": message_id,
        "channel": draft.channel,
        "recipient_sealed": seal_recipient(message_id, draft.to),
        "recipient_masked": draft.masked,
        "template": draft.template,
        "payload_sealed": "" if draft.refused else seal_payload(message_id, draft.context),
        "purpose": draft.purpose,
        "language": language_of(draft.language),
        "country": draft.country,
        "expires_at": draft.expires_at,
        "user_id": draft.user_id,
        "status": Status.REFUSED if draft.refused else Status.QUEUED,
        "last_error": (draft.refused or draft.note)[:200],
    }


def send_after_commit(message_id: uuid.UUID) -> None:
    """With a worker nothing is published here: the worker looks every second."""
    mode = delivery_mode()
    if mode == INLINE:
        transaction.on_commit(lambda: _deliver_now(message_id), robust=True)
    elif mode == THREAD:
        transaction.on_commit(wake, robust=True)


def _deliver_now(message_id: uuid.UUID) -> None:
    deliver(message_id)
