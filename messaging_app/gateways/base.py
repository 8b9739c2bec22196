"""What every SMS gateway is: one verb, one answer, and two ways of saying no."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sent:
    """The gateway took the message. `provider_id` is its own name for it; `parts` is what it will bill."""

    provider_id: str
    parts: int


class GatewayProblem(Exception):
    """Nothing was sent.

    The text is kept with the message and shown to operators: no number, no message text in it.
    """


class GatewayUnavailable(GatewayProblem):
    """Not now: another gateway may try at once, this one later."""


class GatewayRefused(GatewayProblem):
    """Never: this message will not be taken however often it is offered."""


class SmsGateway(Protocol):
    """Carries one text to one number.

    Any exception that is not a GatewayProblem means that nobody knows whether the message left. It is then
    offered again later under the same `idempotency_key`, and never handed to another gateway.
    """

    def send(self, *, to: str, text: str, idempotency_key: str) -> Sent:
        """Send `text` to an E.164 number.

        Raises GatewayUnavailable or GatewayRefused when nothing was sent.
        """
        ...
