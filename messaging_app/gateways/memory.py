"""Keeps messages in this process, for tests: what was sent can be read, and failures can be ordered."""

from collections import deque
from dataclasses import dataclass

from messaging_app.gateways.base import Sent
from messaging_app.parts import count_parts

KEPT = 1000


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as the gateway got it."""

    to: str
    text: str
    idempotency_key: str


delivered: deque[Delivered] = deque(maxlen=KEPT)
failures: deque[Exception] = deque()


def clear() -> None:
    """Forget what was sent and what was ordered to fail."""
    delivered.clear()
    failures.clear()


class MemoryGateway:
    """Raises what waits in `failures`, oldest first; otherwise remembers the message in `delivered`, each
    idempotency key once.
    """

    repeats_safely = True

    def send(self, *, to: str, text: str, idempotency_key: str) -> Sent:
        if failures:
            raise failures.popleft()
        if all(earlier.idempotency_key != idempotency_key for earlier in delivered):
            delivered.append(Delivered(to=to, text=text, idempotency_key=idempotency_key))
        return Sent(provider_id=f"memory-{idempotency_key}", parts=count_parts(text))
