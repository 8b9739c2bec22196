"""Documents for everybody: prepared bytes with a tag, readable by every origin, cached by whoever likes (RFC 9110)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from custom_scopes_and_policies_app.endpoints.call import Answer, Call

# Nothing here depends on who asks, and no cookie is looked at: `*` gives nothing away (Fetch standard §3.2).
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
METHODS = "GET, HEAD"


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a document and their entity tag."""

    body: bytes
    tag: str


def prepare(members: Mapping[str, object]) -> Document:
    """A JSON object as bytes."""
    body = json.dumps(members, separators=(",", ":")).encode()
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def published(call: Call, document: Document, *, max_age: int = 300) -> Answer:
    """The document, to be kept for `max_age` seconds; 304 for whoever has it, 405 for what would change it."""
    kept = {**ANY_ORIGIN, "Cache-Control": f"public, max-age={max_age}"}
    if call.method == "OPTIONS" and call.origin:
        allowed = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": "*"}
        return Answer(204, headers={**kept, **allowed})
    if call.method not in {"GET", "HEAD"}:
        payload = {"error": "invalid_request", "error_description": "Use GET."}
        return Answer(405, payload, {"Allow": METHODS})
    headers = {**kept, "ETag": document.tag}
    if document.tag in call.headers.get("if-none-match", ""):
        return Answer(304, headers=headers)
    return Answer(200, prepared=document.body, headers=headers)
