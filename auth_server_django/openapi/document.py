"""Makes the framework's document complete: ids, areas, security, examples, headers, and the errors that all share."""

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from django.conf import settings

from auth_server_django.openapi.areas import tags
from auth_server_django.openapi.examples import example_of
from auth_server_django.openapi.refusals import JSON, shared_refusals
from core_app.problems import SCHEMA, SCHEMA_NAME
from custom_scopes_and_policies_app.api_schemas import OAUTH_ERROR, OAUTH_ERROR_NAME

PROTOCOL = "OAuth"
READING = {"get", "head"}
BEARER, COOKIE, CSRF, CLIENT = "AccessToken", "Cookie", "CsrfToken", "ClientSecret"
# In words: what the framework calls "OK".
DONE = {"200": "Done.", "204": "Done; there is nothing to say."}
PARAMETERS = {
    "sid": "Which sign-in: `sid` of the list.",
    "device_id": "Which device: `id` of the list.",
    "factor_id": "Which second factor: `id` of the list.",
    "passkey_id": "Which passkey: `id` of the list.",
    "link_id": "Which connected provider: `id` of the list.",
    "provider_id": "Which provider: `id` of the list of providers.",
    "kind": "By what way the codes come.",
}
PARAMETER_EXAMPLES = {"provider_id": "github"}
HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": "For whom this call was counted, the calls that are left (`r`) and the seconds until the "
        "count begins anew (`t`): draft-ietf-httpapi-ratelimit-headers-10. Absent where there is no limit.",
        "schema": {"type": "string", "examples": ['"person";r=299;t=42']},
    },
    "RateLimit-Policy": {
        "description": "The limit: so many calls (`q`) in so many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"person";q=300;w=60']},
    },
}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document, every operation of it described in full. Raises NoExample where a field has none."""
    # The framework hands out the rooms' own constants.
    document = deepcopy(dict(document))
    components = document["components"]
    components["schemas"][SCHEMA_NAME] = SCHEMA
    components["schemas"][OAUTH_ERROR_NAME] = OAUTH_ERROR
    components["headers"] = HEADERS
    components["securitySchemes"] = _security_schemes()
    for _path, method, operation in operations(document):
        _complete(operation, method, components["schemas"])
    _require_unique_ids(document)
    used = {tag for _path, _method, operation in operations(document) for tag in operation["tags"]}
    return {**document, "tags": tags(used)}


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each operation, in the document's order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(operation: dict[str, Any], method: str, schemas: Mapping[str, Any]) -> None:
    is_protocol = PROTOCOL in operation["tags"]
    changes = method not in READING
    operation["security"] = operation.get("security", []) if is_protocol else _security(operation, changes)
    operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    for parameter in operation["parameters"]:
        _describe_parameter(parameter)
    for answer in (operation.get("requestBody", {}), *operation["responses"].values()):
        _add_examples(answer, schemas)
    shared = shared_refusals(operation, is_protocol=is_protocol, changes=changes)
    for status, refusal in shared.items():
        _merge(operation["responses"], str(status), refusal)
    operation["responses"] = dict(sorted(operation["responses"].items()))
    for status, answer in operation["responses"].items():
        if answer["description"] in {"OK", "No Content"}:
            answer["description"] = DONE[status]
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
        answer["headers"] = {**answer.get("headers", {}), **headers}


def _security(operation: Mapping[str, Any], changes: bool) -> list[dict[str, list[str]]]:
    """Of a person: a token with the scope `openid`, or the cookie; what changes something by cookie proves where it
    comes from.
    """
    if not operation.get("security"):
        return []
    return [{BEARER: ["openid"]}, {COOKIE: [], CSRF: []} if changes else {COOKIE: []}]


def _describe_parameter(parameter: dict[str, Any]) -> None:
    name = parameter["name"]
    parameter.setdefault("description", PARAMETERS.get(name, ""))
    # The framework copies JSON Schema's list, which is a map here (OpenAPI 3.1.1 §4.8.12).
    listed = parameter.pop("examples", None)
    if listed:
        parameter["example"] = listed[0]
    elif name in PARAMETER_EXAMPLES:
        parameter["example"] = PARAMETER_EXAMPLES[name]
    elif "example" not in parameter:
        parameter["example"] = example_of(parameter["schema"], {}, name=name)


def _add_examples(part: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    content = part.get("content", {}).get(JSON)
    if content and "schema" in content and not {"example", "examples"} & set(content):
        content["example"] = example_of(content["schema"], schemas)


def _merge(responses: dict[str, Any], status: str, refusal: dict[str, Any]) -> None:
    """What the room says of a code stands."""
    known = responses.setdefault(status, refusal)
    known["headers"] = {**refusal.get("headers", {}), **known.get("headers", {})}
    for kind, content in refusal["content"].items():
        own = known.setdefault("content", {}).setdefault(kind, content)
        own["examples"] = {**content["examples"], **own["examples"]}


def _require_unique_ids(document: Mapping[str, Any]) -> None:
    ids = Counter(operation["operationId"] for _path, _method, operation in operations(document))
    doubled = [name for name, times in ids.items() if times > 1]
    if doubled:
        raise ValueError(f"operations of one name: {', '.join(doubled)}")


def _security_schemes() -> dict[str, Any]:
    return {
        BEARER: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token of one of this service's own apps.",
        },
        COOKIE: {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a browser that is signed in.",
        },
        CSRF: {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRFToken",
            "description": "Beside the cookie, for what changes something: `csrf_token` of /api/v1/sso/login.",
        },
        CLIENT: {
            "type": "http",
            "scheme": "basic",
            "description": "Id and secret of an app (RFC 6749 §2.3.1), each form-encoded.",
        },
    }
