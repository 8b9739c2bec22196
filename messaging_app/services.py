"""Queueing messages.

The row is written in the caller's transaction: no change without its message, and none without its change.
"""

import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import timezone

from core_app.caller import Caller
from messaging_app.conf import conf
from messaging_app.models import OutboundMessage
from messaging_app.numbers import CountryRefused, country_of, refuse_unusable
from messaging_app.outbox import Draft, language_of, write
from messaging_app.parts import count_parts
from messaging_app.prices import most_it_can_cost
from messaging_app.recipients import mask_email, mask_phone
from messaging_app.rendering import render_sms
from messaging_app.routes import gateways_for, parse_routes
from messaging_app.spending import Expense, SendingRefused, look_first, pay_for

logger = logging.getLogger(__name__)

Channel = OutboundMessage.Channel
Status = OutboundMessage.Status
# Purposes of messages that somebody waits for; every other message is a notice.
CODES = "otp."


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
    caller: Caller | None = None,
    is_silent: bool = False,
) -> OutboundMessage:
    """Queue `templates/messages/<template>.sms.txt` for an E.164 number, within the spending limits.

    `purpose` is a stable word for operators; `caller` is who asked, when a person did. After `expires_at` it is
    no longer sent. A second call with the same `idempotency_key` (at most 100 characters) returns the first
    call's message, sends nothing and costs nothing.

    `is_silent` goes with an `expires_at` that is over: nothing will be sent, so it costs no money, but it is written,
    counted and refused as if it were.

    A code (`purpose` begins with "otp.") that may not be sent raises SendingRefused or CountryRefused. A notice
    never fails the action it tells of: it is written with the status "refused".
    """
    if idempotency_key and (earlier := _queued_before(idempotency_key)):
        return earlier
    draft = Draft(
        channel=Channel.SMS,
        to=to,
        masked=mask_phone(to),
        template=template,
        context=context,
        purpose=purpose,
        language=language_of(language),
        country=country_of(to),
        expires_at=expires_at,
        idempotency_key=idempotency_key,
        user_id=user_id,
    )
    try:
        expense = _expense(draft, caller, is_silent=is_silent)
        look_first(expense)
        with transaction.atomic():
            return _pay_and_write(expense, draft)
    except (SendingRefused, CountryRefused) as refusal:
        return _without_sending(draft, refusal)


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
    `queue_sms`, without limits: it costs nothing.
    """
    message, _is_new = write(
        Draft(
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
    )
    return message


def note_used(*, idempotency_key: str) -> None:
    """The code in this message was the right one: it arrived. Nothing happens when the message is gone."""
    OutboundMessage.objects.filter(idempotency_key=idempotency_key).update(used_at=timezone.now())


def _queued_before(idempotency_key: str) -> OutboundMessage | None:
    return OutboundMessage.objects.filter(idempotency_key=idempotency_key).first()


def _pay_and_write(expense: Expense, draft: Draft) -> OutboundMessage:
    overstepped = pay_for(expense)
    if overstepped:
        logger.warning("an SMS (%s) is sent beyond limits: %s", draft.purpose, ", ".join(overstepped))
        draft = replace(draft, note=f"over {', '.join(overstepped)}")
    message, is_new = write(draft)
    if not is_new:  # somebody else queued it meanwhile, and paid for it
        transaction.set_rollback(True)
    return message


def _without_sending(draft: Draft, refusal: SendingRefused | CountryRefused) -> OutboundMessage:
    """The message that somebody else has queued under the same key meanwhile; else, for a notice, one that says
    why it is not sent. Raises the refusal of a code.
    """
    if draft.idempotency_key and (earlier := _queued_before(draft.idempotency_key)):
        return earlier
    reason = refusal.detail or refusal.code
    logger.warning("an SMS (%s) is not sent: %s", draft.purpose, reason)
    if _is_code(draft):
        raise refusal
    message, _is_new = write(replace(draft, refused=reason))
    return message


def _expense(draft: Draft, caller: Caller | None, *, is_silent: bool) -> Expense:
    """Raises CountryRefused."""
    country = refuse_unusable(draft.to)
    ip = caller.ip if caller else ""
    return Expense(
        phone=draft.to,
        country=country,
        ip="" if _is_this_machine(ip) else ip,
        cost=_cost_of(draft),
        is_notice=not _is_code(draft),
        is_silent=is_silent,
    )


def _is_code(draft: Draft) -> bool:
    return draft.purpose.startswith(CODES)


def _is_this_machine(ip: str) -> bool:
    """Whether a developer is trying things out: then there is only one address for everybody."""
    try:
        return settings.DEBUG and ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return False


def _cost_of(draft: Draft) -> Decimal:
    """What it can cost at most. A template that cannot be rendered is found out again when it is sent."""
    try:
        parts = count_parts(render_sms(draft.template, draft.context, draft.language).text)
    except (TemplateDoesNotExist, TemplateSyntaxError):
        parts = 1
    routes = gateways_for(draft.to, parse_routes(conf.SMS_ROUTES))
    return most_it_can_cost(country=draft.country, routes=routes, parts=parts)
