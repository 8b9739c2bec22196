"""One request to a machine endpoint and its answer, free of any web framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from core_app.caller import Caller
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.errors import OAuthError

FORM = "application/x-www-form-urlencoded"
MAX_PARAMETERS = 100
# RFC 8707 §2 lets `resource` repeat; every other parameter may come once (RFC 6749 §3.2).
REPEATABLE = frozenset({"resource"})

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Call:
    """What came over the wire. `headers` has lower-case names.

    `now` is when the whole request was there: every lifetime is measured by it. `received_at` is when this process
    first saw it, a little earlier at most, and only tells a double submit from a replay.
    """

    method: str
    headers: Mapping[str, str]
    query: str
    body: bytes
    caller: Caller
    received_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON object or prepared bytes."""

    status: int
    payload: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    prepared: bytes | None = None

    @property
    def body(self) -> bytes:
        if self.prepared is not None:
            return self.prepared
        return b"" if self.payload is None else json.dumps(self.payload, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Form:
    """The decoded parameters of a POST."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The value of a parameter; an empty one counts as left out (RFC 6749 §3.2)."""
        return next((value for key, value in self.pairs if key == name and value), None)


def read_form(call: Call) -> Form:
    """Decode a form body. Raises OAuthError: 405, 413, 415, or `invalid_request` for duplicates and odd bytes."""
    if call.method != "POST":
        raise OAuthError("invalid_request", "Use POST.", status=405, headers={"Allow": "POST"})
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"Send the parameters as {FORM}.", status=415)
    if len(call.body) > conf.MAX_REQUEST_BODY:
        raise OAuthError("invalid_request", "The request body is too large.", status=413)
    return Form(decode_parameters(call.body))


def decode_parameters(text: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs of a form or query. Raises OAuthError `invalid_request` for duplicates, odd bytes, or too many."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except (UnicodeError, ValueError) as error:
        raise OAuthError("invalid_request", "The parameters cannot be decoded.") from error
    seen: set[str] = set()
    for name, value in pairs:
        if name in seen and name not in REPEATABLE:
            raise OAuthError("invalid_request", "A parameter is given more than once.", hint=name)
        if "\x00" in name or "\x00" in value:
            raise OAuthError("invalid_request", "A parameter holds a NUL character.")
        seen.add(name)
    return tuple(pairs)
