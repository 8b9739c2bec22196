"""Sealing and opening what a message carries.

A seal is bound to its row: moved to another, it does not open.
"""

import json
import uuid
from collections.abc import Mapping

from django.core.serializers.json import DjangoJSONEncoder

from core_app.keyring import seal, unseal

RECIPIENT = "outbound-message-recipient"
PAYLOAD = "outbound-message-payload"


def seal_recipient(message_id: uuid.UUID, recipient: str) -> str:
    return seal(RECIPIENT, recipient.encode(), message_id.bytes)


def open_recipient(message_id: uuid.UUID, sealed: str) -> str:
    """The number or address. Raises core_app.keyring.SealBroken."""
    return unseal(RECIPIENT, sealed, message_id.bytes).decode()


def seal_payload(message_id: uuid.UUID, context: Mapping[str, object]) -> str:
    """Seal the template's context; its values must be such that JSON can carry them (dates and lazy texts
    can).
    """
    return seal(PAYLOAD, json.dumps(context, cls=DjangoJSONEncoder).encode(), message_id.bytes)


def open_payload(message_id: uuid.UUID, sealed: str) -> dict[str, object]:
    """The template's context. Raises core_app.keyring.SealBroken."""
    context: dict[str, object] = json.loads(unseal(PAYLOAD, sealed, message_id.bytes))
    return context
