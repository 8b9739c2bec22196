"""What a browser or app sends back after `navigator.credentials`: untrusted until a challenge and a key agree."""

import json
from dataclasses import dataclass
from typing import Any

# Far above what authenticators send, and below what is tedious to parse.
MAX_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """`credential` is a PublicKeyCredential as JSON text (WebAuthn §5.1, `toJSON`)."""

    challenge_id: str
    credential: str


def read_answer(text: str) -> dict[str, Any] | None:
    """The object, when it is one and has a response."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) and isinstance(read.get("response"), dict) else None
