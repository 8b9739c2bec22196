"""How an error looks in the JSON API: one problem document (RFC 9457) for every room, and its words in OpenAPI.

`code` is stable and for programs, `detail` is a sentence for people, `errors` says it field by field.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"
SCHEMA_NAME = "Problem"

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "about:blank: the status says the kind (RFC 9457 §4.2.1)."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "A stable word for programs."},
        "detail": {"type": "string", "description": "What happened and what to do, for people."},
        "errors": {
            "type": "object",
            "description": "The same by field of the request.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


def problem(
    *,
    status: int,
    code: str,
    detail: str,
    errors: Mapping[str, Sequence[str]] | None = None,
    extra: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The document. Members of `extra` never replace the standard ones (RFC 9457 §3.2)."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        document["errors"] = {field: list(sentences) for field, sentences in errors.items()}
    return {**(extra or {}), **document}


def documented(*examples: Mapping[str, object]) -> dict[int, dict[str, Any]]:
    """OpenAPI responses for these problems (made by `problem`), grouped by status and named by code."""
    responses: dict[int, dict[str, Any]] = {}
    for example in examples:
        status = int(str(example["status"]))
        response = responses.setdefault(status, _response(status))
        response["content"][MEDIA_TYPE]["examples"][str(example["code"])] = {"value": dict(example)}
    return responses


def _response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{SCHEMA_NAME}"}, "examples": {}}},
    }
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        response["headers"] = {"Retry-After": seconds}
    return response
