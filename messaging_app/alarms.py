"""Telling operators that spending was stopped, once per window, and holding number blocks that somebody counts
through."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core_app.events import REFUSED
from limits_app.blocks import block, is_blocked
from limits_app.budgets import Exceeded, Limit, spend, used
from limits_app.models import Block
from messaging_app.models import OutboundMessage
from messaging_app.outbox import Draft, write
from messaging_app.recipients import mask_email
from messaging_app.signals import budget_exhausted
from messaging_app.spending_conf import conf

PURPOSE = "operator.alarm"
ALARM = "sms.alarm"
HOUR = 3600


def tell_budget_exhausted(*, limit_name: str, window_seconds: int) -> None:
    """Event and e-mails that a money budget is used up; nothing when this window has had them."""
    if used(ALARM, limit_name, window_seconds):
        return
    with transaction.atomic():
        if _is_first(limit_name, window_seconds):
            _sound_alarm(limit_name, window_seconds)


def _sound_alarm(limit_name: str, window_seconds: int) -> None:
    budget = conf.SMS_BUDGET_HOUR if window_seconds == HOUR else conf.SMS_BUDGET_DAY
    context = {"hours": window_seconds // HOUR, "budget": str(budget), "currency": conf.SMS_CURRENCY}
    _write_to_operators("sms_budget_exhausted", context)
    budget_exhausted.emit(
        subject=limit_name, outcome=REFUSED, reason=f"{budget} {conf.SMS_CURRENCY} in {window_seconds} s"
    )


def hold_numbers(*, number_block: str) -> None:
    """Keep SMS from a block of numbers for `SMS_BLOCK_HOLD_SECONDS`; the operators hear of it once in that time."""
    if is_blocked(Block.Kind.NUMBER_BLOCK, number_block):
        return
    with transaction.atomic():
        _hold(number_block, conf.SMS_BLOCK_HOLD_SECONDS)


def _hold(number_block: str, seconds: int) -> None:
    held = block(
        kind=Block.Kind.NUMBER_BLOCK,
        key=number_block,
        reason="too many numbers of the block in a short time",
        until=timezone.now() + timedelta(seconds=seconds),
    )
    if _is_first(f"sms.held.{held.pk}", seconds):
        _write_to_operators("sms_numbers_held", {"label": held.label, "hours": max(1, seconds // HOUR)})


def _is_first(what: str, window_seconds: int) -> bool:
    try:
        spend([Limit(ALARM, what, 1, window_seconds)])
    except Exceeded:
        return False
    return True


def _write_to_operators(template: str, context: dict[str, object]) -> None:
    for address in conf.OPERATOR_EMAILS:
        write(
            Draft(
                channel=OutboundMessage.Channel.EMAIL,
                to=address,
                masked=mask_email(address),
                template=template,
                context=context,
                purpose=PURPOSE,
            )
        )
