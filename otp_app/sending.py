"""Sending a code: how long it is good on its channel, and the message that carries it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from core_app.caller import Caller
from core_app.events import REFUSED, SUCCESS
from limits_app.budgets import Limit, spend
from messaging_app.recipients import mask_address
from messaging_app.services import queue_email, queue_sms
from otp_app import engine, links, store
from otp_app.codes import new_code
from otp_app.conf import conf
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.signals import otp_sent

# Past this part of its life a code is not sent any more: it would arrive too late to be typed.
SEND_WITHIN = 0.75
TEMPLATE = "otp"
HOUR, DAY = 3600, 86_400

LinkTo = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a code is sent. `link_to` makes the address of a token, for an e-mail that has a link beside the code."""

    language: str
    caller: Caller | None
    is_silent: bool
    link_to: LinkTo | None


def policy(address: str) -> engine.Policy:
    """The settings as the engine takes them, for a number in E.164 or an e-mail address."""
    return engine.Policy(
        ttl=timedelta(seconds=conf.OTP_EMAIL_TTL_SECONDS if _is_email(address) else conf.OTP_TTL_SECONDS),
        max_attempts=conf.OTP_MAX_ATTEMPTS,
        lock=timedelta(seconds=conf.OTP_LOCK_SECONDS),
        cooldowns=tuple(timedelta(seconds=seconds) for seconds in conf.OTP_RESEND_SECONDS),
    )


def send_code(row: OtpChallenge, line: engine.Line, sending: Sending) -> None:
    """Make the line's code and queue its message.

    Raises Unavailable, what `queue_sms` refuses with, and Exceeded for an address that was sent too many.
    """
    ttl = policy(row.address).ttl
    purpose = Purpose(row.purpose)
    code = new_code(purpose.digits)
    store.keep_code(line, row, code, ttl)
    message: dict[str, Any] = {
        "to": row.address,
        "template": TEMPLATE,
        "context": _context(row, line, code, sending),
        "purpose": f"otp.{purpose.value}{'.silent' if sending.is_silent else ''}",
        "language": sending.language,
        "expires_at": timezone.now() + (timedelta(0) if sending.is_silent else ttl * SEND_WITHIN),
        "idempotency_key": message_key(line),
    }
    if _is_email(row.address):
        _count_email(row.address)
        queue_email(**message)
    else:
        queue_sms(**message, caller=sending.caller, is_silent=sending.is_silent)
    outcome = REFUSED if sending.is_silent else SUCCESS
    otp_sent.emit(
        subject=mask_address(row.address), reason=purpose.value, outcome=outcome, caller=sending.caller
    )


def message_key(line: engine.Line) -> str:
    """The idempotency key of the message that carries the line's live code."""
    return f"otp-{line.challenge_id}-{line.generation}"


def _context(row: OtpChallenge, line: engine.Line, code: str, sending: Sending) -> dict[str, object]:
    minutes = int(policy(row.address).ttl.total_seconds() // 60)
    context: dict[str, object] = {"code": code, "purpose": row.purpose, "minutes": minutes}
    if sending.link_to is not None:
        context["link"] = sending.link_to(links.token_of(line, row))
    return context


def _count_email(address: str) -> None:
    """E-mail costs nothing, but nobody's mailbox is to be filled by strangers. Silent ones count alike (G11)."""
    spend(
        [
            Limit("otp.email", address, conf.OTP_EMAILS_PER_HOUR, HOUR),
            Limit("otp.email", address, conf.OTP_EMAILS_PER_DAY, DAY),
        ]
    )


def _is_email(address: str) -> bool:
    return "@" in address
