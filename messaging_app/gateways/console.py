"""Prints messages instead of sending them: the gateway of a fresh checkout."""

import sys

from django.conf import settings

from messaging_app.gateways.base import Sent
from messaging_app.parts import count_parts
from messaging_app.recipients import mask_phone


class ConsoleGateway:
    """Shows the text in development only: what a production server prints ends in somebody's log (G12)."""

    repeats_safely = True

    def send(self, *, to: str, text: str, idempotency_key: str) -> Sent:
        parts = count_parts(text)
        body = f"\n{text}" if settings.DEBUG else ""
        sys.stdout.write(f"SMS to {mask_phone(to)} ({parts} part{'s' if parts > 1 else ''}){body}\n")
        sys.stdout.flush()
        return Sent(provider_id=f"console-{idempotency_key}", parts=parts)
