"""Handing a rendered text to the gateways of the recipient's country, in their order."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from messaging_app import breaker
from messaging_app.conf import conf
from messaging_app.gateways import gateway
from messaging_app.gateways.base import (
    GatewayProblem,
    GatewayRefused,
    GatewayUnavailable,
    OutcomeUnknown,
    Sent,
)
from messaging_app.routes import gateways_for, parse_routes

HandOver = Callable[[str], bool]


class NotMine(Exception):
    """The message is not this worker's any more, or it is too late to send it. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which gateway took the text, and its receipt."""

    route: str
    provider_id: str
    parts: int


def send_sms(
    *, to: str, text: str, idempotency_key: str, only: str = "", hand_over: HandOver = lambda route: True
) -> Accepted:
    """Offer the text to each gateway in turn until one takes it.

    `only` names the one gateway that may get it, because it may have it already. `hand_over` is told each
    gateway's name right before it is called, and may say no.

    Raises GatewayRefused when one refuses it for good or no route leads there, GatewayUnavailable when all are
    away, OutcomeUnknown when nobody knows whether it left, NotMine.
    """
    reasons = []
    for route in (only,) if only else gateways_for(to, parse_routes(conf.SMS_ROUTES)):
        try:
            sent = _offer(route, hand_over, to=to, text=text, idempotency_key=idempotency_key)
        except GatewayUnavailable as error:
            reasons.append(f"{route}: {error}")
        else:
            return Accepted(route=route, provider_id=sent.provider_id, parts=sent.parts)
    if not reasons:
        raise GatewayRefused("no route to this country")
    raise GatewayUnavailable("; ".join(reasons))


def repeats_safely(route: str) -> bool:
    """Whether this route sends one key once. One that is no longer set up cannot be asked again."""
    try:
        return gateway(route).repeats_safely
    except ImproperlyConfigured:
        return False


def _offer(route: str, hand_over: HandOver, *, to: str, text: str, idempotency_key: str) -> Sent:
    if not breaker.allows(route):
        raise GatewayUnavailable("left alone for a while")
    if not hand_over(route):
        raise NotMine(route)
    failed = True
    try:
        sent = gateway(route).send(to=to, text=text, idempotency_key=idempotency_key)
        failed = False
        return sent
    except GatewayProblem as error:
        failed = not isinstance(error, GatewayRefused)
        raise
    except OutcomeUnknown as error:
        raise OutcomeUnknown(f"{route}: {error}") from error
    except Exception as error:
        raise OutcomeUnknown(f"{route}: {type(error).__name__}") from error
    finally:
        breaker.record(route, failed=failed)
