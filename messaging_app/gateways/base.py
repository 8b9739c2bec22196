"""What every SMS gateway is: one verb, one answer, and three ways for it to go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


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


class OutcomeUnknown(Exception):
    """It may have left or not: the gateway was told everything and did not answer. No other gateway gets it."""


class SmsGateway(Protocol):
    """Carries one text to one number.

    `repeats_safely` says whether the gateway itself sends one `idempotency_key` only once. Then an unknown
    outcome is cleared up by offering the message again to the same gateway; otherwise it stays unknown.
    """

    @property
    def repeats_safely(self) -> bool: ...

    def send(self, *, to: str, text: str, idempotency_key: str) -> Sent:
        """Send `text` to an E.164 number.

        Raises GatewayUnavailable or GatewayRefused when nothing was sent. Every other exception means that
        nobody knows.
        """
        ...


class ReceiptRefused(Exception):
    """The call is not this gateway's, or no receipts are set up for the route. The text is for the log."""


@dataclass(frozen=True, slots=True)
class ReceiptCall:
    """A delivery receipt as it came in. `url` is built from the issuer, never from the Host header."""

    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. `status` is one of SENT, DELIVERED, FAILED, or "" for a word nobody mapped."""

    provider_id: str
    status: str


SENT, DELIVERED, FAILED = "sent", "delivered", "failed"


@runtime_checkable
class GivesReceipts(Protocol):
    """A gateway that tells later what became of a message."""

    def read_receipt(self, call: ReceiptCall) -> Receipt:
        """Raises ReceiptRefused unless the call is proven to be the gateway's."""
        ...
