"""Handing a rendered text to the gateways of the recipient's country, in their order."""

from dataclasses import dataclass

from messaging_app.conf import conf
from messaging_app.gateways import gateway
from messaging_app.gateways.base import GatewayRefused, GatewayUnavailable
from messaging_app.routes import gateways_for, parse_routes


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which gateway took the text, and its receipt."""

    route: str
    provider_id: str
    parts: int


def send_sms(*, to: str, text: str, idempotency_key: str) -> Accepted:
    """Offer the text to each gateway in turn until one takes it.

    Raises GatewayRefused when one refuses it for good or no route leads there, GatewayUnavailable when all
    are away.
    """
    reasons = []
    for name in gateways_for(to, parse_routes(conf.SMS_ROUTES)):
        try:
            sent = gateway(name).send(to=to, text=text, idempotency_key=idempotency_key)
        except GatewayUnavailable as error:
            reasons.append(f"{name}: {error}")
        else:
            return Accepted(route=name, provider_id=sent.provider_id, parts=sent.parts)
    if not reasons:
        raise GatewayRefused("no route to this country")
    raise GatewayUnavailable("; ".join(reasons))
