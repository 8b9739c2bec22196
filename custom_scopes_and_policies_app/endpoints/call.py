"""One request to a machine endpoint and its answer, free of any web framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from core_app.caller import Caller, caller_from_environ
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.errors import OAuthError

FORM = "application/x-www-form-urlencoded"
MAX_PARAMETERS = 100
# RFC 8707 §2 lets `resource` repeat; every other parameter may come once (RFC 6749 §3.2).
REPEATABLE = frozenset({"resource"})

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# Answers that have no content and say nothing of its type (RFC 9110 §15.3.5, §15.4.5).
BARE = frozenset({204, 304})

# The headers an endpoint may look at, and where a WSGI environ has them.
HEADERS = {
    "authorization": "HTTP_AUTHORIZATION",
    "content-type": "CONTENT_TYPE",
    "origin": "HTTP_ORIGIN",
    "if-none-match": "HTTP_IF_NONE_MATCH",
    "cookie": "HTTP_COOKIE",
}
LONGEST_QUEUE = timedelta(seconds=2)

_as_json = json.JSONEncoder(separators=(",", ":")).encode


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

    @property
    def origin(self) -> str:
        """The origin of the page whose script calls; "" when no browser said one."""
        return self.headers.get("origin", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON object or prepared bytes. `client_id` and `sid` are the client and the sign-in that it is
    for, where those are known.
    """

    status: int
    payload: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    prepared: bytes | None = None
    client_id: str = ""
    sid: str = ""

    @property
    def body(self) -> bytes:
        if self.prepared is not None:
            return self.prepared
        return b"" if self.payload is None else _as_json(self.payload).encode()


def call_from_environ(environ: Mapping[str, Any], *, method: str, body: bytes) -> Call:
    """The call in a WSGI environ (or Django's META, which is one) whose body has just been read."""
    now = datetime.now(UTC)
    # A client can send its headers and keep the body back: such a request is not older than its body for long.
    received_at = max(environ.get("auth.received_at") or now, now - LONGEST_QUEUE)
    return Call(
        method=method,
        headers={name: str(environ.get(key, "")) for name, key in HEADERS.items()},
        query=environ.get("QUERY_STRING", ""),
        body=body,
        caller=caller_from_environ(environ),
        received_at=received_at,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Form:
    """The decoded parameters of a POST."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The value of a parameter; an empty one counts as left out (RFC 6749 §3.2)."""
        return next(iter(self.get_all(name)), None)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter that may repeat."""
        return tuple(value for key, value in self.pairs if key == name and value)


def read_form(call: Call) -> Form:
    """Decode a form body. Raises OAuthError: 405, 413, 415, or `invalid_request` for duplicates and odd bytes."""
    if call.method != "POST":
        raise OAuthError("invalid_request", "Use POST.", status=405, headers={"Allow": "POST"})
    if not _is_form(call.headers.get("content-type", "")):
        raise OAuthError("invalid_request", f"Send the parameters as {FORM}.", status=415)
    if len(call.body) > conf.MAX_REQUEST_BODY:
        raise OAuthError("invalid_request", "The request body is too large.", status=413)
    return Form(decode_parameters(call.body))


def _is_form(content_type: str) -> bool:
    """Whether this is a form in UTF-8, the only encoding there is (RFC 6749 Appendix B)."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip('"')
        for name, _, value in (part.partition("=") for part in parameters)
        if name == "charset"
    ]
    return kind == FORM and all(charset in {"utf-8", "utf8"} for charset in charsets)


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
