"""Taking a message out of the outbox and to its recipient: claim, open, render, send, mark."""

import logging
import uuid

from django.template import TemplateDoesNotExist, TemplateSyntaxError

from core_app.keyring import SealBroken
from messaging_app.claims import claim, claim_next, mark_refused, mark_sent, postpone, sweep
from messaging_app.conf import conf
from messaging_app.email import send_email
from messaging_app.envelope import open_payload, open_recipient
from messaging_app.gateways.base import GatewayProblem, GatewayRefused
from messaging_app.models import OutboundMessage
from messaging_app.rendering import render_email, render_sms
from messaging_app.sms import send_sms

logger = logging.getLogger(__name__)

UNSENDABLE = (GatewayRefused, SealBroken, TemplateDoesNotExist, TemplateSyntaxError)


def deliver(message_id: uuid.UUID) -> bool:
    """Send this message if it is due and nobody else is at it.

    True when it left; never raises for a gateway.
    """
    message = claim(message_id)
    return message is not None and _deliver_claimed(message)


def relay(limit: int | None = None) -> int:
    """Send what is due, the longest waiting first, at most `limit` messages. Returns how many left."""
    sweep()
    sent = 0
    for _turn in range(limit or conf.MESSAGING_BATCH):
        message = claim_next()
        if message is None:
            break
        sent += _deliver_claimed(message)
    return sent


def _deliver_claimed(message: OutboundMessage) -> bool:
    try:
        return _send(message)
    except UNSENDABLE as error:
        mark_refused(message, _reason(error))
        logger.warning("message %s cannot be sent: %s", message.id, _reason(error))
    except Exception as error:  # whatever a vendor's library raises must not stop the request or the relay
        postpone(message, _reason(error))
        logger.warning(
            "message %s was not sent, attempt %d: %s", message.id, message.attempts, _reason(error)
        )
    return False


def _send(message: OutboundMessage) -> bool:
    to = open_recipient(message.id, message.recipient_sealed)
    context = open_payload(message.id, message.payload_sealed)
    if message.channel == OutboundMessage.Channel.EMAIL:
        send_email(
            to=to, rendered=render_email(message.template, context, message.language), message_id=message.id
        )
        return mark_sent(message, route="email")
    text = render_sms(message.template, context, message.language).text
    accepted = send_sms(to=to, text=text, idempotency_key=message.idempotency_key)
    return mark_sent(message, route=accepted.route, provider_id=accepted.provider_id, parts=accepted.parts)


def _reason(error: Exception) -> str:
    """Only our own errors speak: a library's text may quote the number or the message."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, GatewayProblem | TemplateDoesNotExist) else name
