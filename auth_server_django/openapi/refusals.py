"""The problems that operations share: of a body, of authentication, of an id in the address, of any call."""

from collections.abc import Iterator, Mapping
from typing import Any

from core_app.problems import documented, problem

Operation = Mapping[str, Any]
Problem = dict[str, object]
JSON = "application/json"
LIMITING = {"enum", "maxLength", "pattern"}

EVERY: tuple[Problem, ...] = (
    problem(status=429, code="rate_limited", detail="That was too often. Wait a little, then try again."),
    problem(
        status=500,
        code="server_error",
        detail="Something went wrong on our side. Please try again in a minute.",
    ),
)
AWAY = problem(
    status=503,
    code="temporarily_unavailable",
    detail="This is not possible right now. Try again in a moment.",
)
BODY: tuple[Problem, ...] = (
    problem(status=400, code="invalid_json", detail="The body is not good JSON."),
    problem(status=400, code="invalid_body", detail="The body did not arrive whole."),
    problem(status=413, code="body_too_large", detail="What was sent is too large."),
    problem(
        status=415,
        code="unsupported_media_type",
        detail="Send the fields as JSON, with Content-Type: application/json.",
    ),
)
SIGNED_IN: tuple[Problem, ...] = (
    problem(status=401, code="invalid_token", detail="Sign in, or present an access token."),
    problem(
        status=401, code="insufficient_user_authentication", detail="Sign in again: it was too long ago."
    ),
    problem(status=403, code="insufficient_scope", detail="Only this service's own apps may do this."),
)
BY_COOKIE = problem(
    status=403,
    code="csrf_failed",
    detail="Send the csrf_token of /api/v1/sso/login in the header X-CSRFToken.",
)
NOWHERE = problem(
    status=404,
    code="not_found",
    detail="There is nothing at this address. Addresses of this API are listed in /api/docs.",
)
# What docs/api/json.md says once, for all operations.
SHARED_CODES = frozenset(
    str(each["code"]) for each in (*EVERY, AWAY, *BODY, *SIGNED_IN, BY_COOKIE, NOWHERE)
) | {"invalid_fields", "too_many_attempts"}


def shared_refusals(operation: Operation, *, is_protocol: bool, changes: bool) -> dict[int, dict[str, Any]]:
    """OpenAPI responses. The endpoints of the protocol have their own errors, and are counted as all are."""
    own = () if is_protocol else _of_json(operation, changes=changes)
    return documented(*own, *EVERY)


def _of_json(operation: Operation, *, changes: bool) -> Iterator[Problem]:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body:
        yield from BODY
        yield _field_missing(next(iter(body["example"]), "body"))
    if operation["security"]:
        yield from SIGNED_IN
        if changes:
            yield BY_COOKIE
    yield from (_field_missing(name) for name in _choices(operation))
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        yield NOWHERE
    yield AWAY


def _choices(operation: Operation) -> Iterator[str]:
    """Parameters that do not take everything: what does not fit is not right (422)."""
    return (parameter["name"] for parameter in operation["parameters"] if LIMITING & set(parameter["schema"]))


def _field_missing(field: str) -> Problem:
    return problem(
        status=422,
        code="invalid_fields",
        detail=f"Some fields are missing or not right: {field}.",
        errors={field: ["This field is required."]},
    )
