"""Taking a message out of the outbox and to its recipient: claim, open, render, send, mark."""

import logging
import uuid

from django.template import TemplateDoesNotExist, TemplateSyntaxError

from core_app.keyring import SealBroken
from messaging_app.afterwards import do_what_waits
from messaging_app.claims import (
    claim,
    claim_next,
    hand_over,
    mark_refused,
    mark_sent,
    mark_unknown,
    postpone,
    repeat_later,
    sweep,
)
from messaging_app.conf import conf
from messaging_app.email import send_email
from messaging_app.envelope import open_payload, open_recipient
from messaging_app.gateways.base import GatewayProblem, GatewayRefused, OutcomeUnknown
from messaging_app.models import OutboundMessage
from messaging_app.prices import price_of_part
from messaging_app.rendering import render_email, render_sms
from messaging_app.sms import NotMine, repeats_safely, send_sms
from messaging_app.spending_conf import conf as spending

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
    do_what_waits()
    sweep()
    sent = 0
    for _turn in range(limit or conf.MESSAGING_BATCH):
        message = claim_next()
        if message is None:
            break
        sent += _deliver_claimed(message)
    return sent


def _deliver_claimed(message: OutboundMessage) -> bool:
    may_have_it = message.handed_to
    try:
        return _send(message)
    except UNSENDABLE as error:
        mark_refused(message, _reason(error))
        logger.warning("message %s cannot be sent: %s", message.id, _reason(error))
    except OutcomeUnknown as error:
        _leave_open(message, _reason(error))
    except NotMine:
        logger.warning("message %s was taken over or is too late", message.id)
    except Exception as error:  # whatever a library raises must not stop the request or the relay
        (repeat_later if may_have_it else postpone)(message, _reason(error))
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
    return _send_sms(message, to, render_sms(message.template, context, message.language).text)


def _send_sms(message: OutboundMessage, to: str, text: str) -> bool:
    if message.handed_to and not repeats_safely(message.handed_to):
        raise OutcomeUnknown(f"{message.handed_to}: the worker died while sending")
    accepted = send_sms(
        to=to,
        text=text,
        idempotency_key=message.idempotency_key,
        only=message.handed_to,
        hand_over=lambda route: hand_over(message, route),
    )
    return mark_sent(
        message,
        route=accepted.route,
        provider_id=accepted.provider_id,
        parts=accepted.parts,
        cost=accepted.parts * price_of_part(message.country, accepted.route),
        currency=spending.SMS_CURRENCY,
    )


def _leave_open(message: OutboundMessage, reason: str) -> None:
    """It may have left. Only a gateway that sends one key once may be asked again; no other ever is."""
    if repeats_safely(message.handed_to):
        repeat_later(message, reason)
    else:
        mark_unknown(message, reason)
    logger.warning("message %s may have been sent: %s", message.id, reason)


def _reason(error: Exception) -> str:
    """Only our own errors speak: a library's text may quote the number or the message."""
    name = type(error).__name__
    speaks = isinstance(error, GatewayProblem | OutcomeUnknown | TemplateDoesNotExist)
    return f"{name}: {error}" if speaks else name
