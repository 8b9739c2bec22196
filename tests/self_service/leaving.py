"""What a person does who closes their account, in one call each."""

import re
from typing import Any

from django.core import mail
from django.test import Client

from messaging_app.gateways import memory

CLOSE = "/account/close/"
UNDO = re.compile(r"http://testserver(/account/close/undo/[A-Za-z0-9_-]+/)")


def close(client: Client) -> Any:
    """Tick the box and press the button."""
    return client.post(CLOSE, {"understood": "yes"})


def link_in_letter() -> str:
    return str(UNDO.findall(str(mail.outbox[-1].body))[0])


def link_in_sms() -> str:
    return str(UNDO.findall(memory.delivered[-1].text)[0])
