"""The operations of the document as a page to read: by area, with fields, an example, and the errors of their own."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from auth_server_django.openapi.document import BEARER, CLIENT, operations
from auth_server_django.openapi.fields import rows_of
from auth_server_django.openapi.refusals import JSON, SHARED_CODES
from core_app.problems import MEDIA_TYPE
from custom_scopes_and_policies_app.endpoints.call import FORM

HOST = "http://localhost:8000"
WIDTH = 100


def as_markdown(document: Mapping[str, Any]) -> str:
    """Every operation, in the order of the areas. The same document gives the same text."""
    listed = list(operations(document))
    parts = ["# Operations\n", _index(document, listed)]
    for area in document["tags"]:
        parts.append(f"## {area['name']}\n\n{area['description']}\n")
        parts += [
            "\n".join(_operation(path, method, operation, document))
            for path, method, operation in listed
            if operation["tags"] == [area["name"]]
        ]
    return "\n".join(parts)


def _index(document: Mapping[str, Any], listed: list[tuple[str, str, dict[str, Any]]]) -> str:
    rows = ["| Operation | | Signed in |", "|---|---|---|"]
    for area in document["tags"]:
        for path, method, operation in listed:
            if operation["tags"] == [area["name"]]:
                rows.append(f"| `{method.upper()} {path}` | {operation['summary']} | {_who(operation)} |")
    return "\n".join(rows) + "\n"


def _who(operation: Mapping[str, Any]) -> str:
    schemes = {name for choice in operation["security"] for name in choice}
    return "yes" if BEARER in schemes else "as the app" if CLIENT in schemes else "no"


def _operation(
    path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[str]:
    yield f"### {operation['summary']}\n"
    yield f"`{method.upper()} {path}`\n"
    yield " ".join(operation["description"].split()) + "\n"
    components = document["components"]["schemas"]
    yield from _table("Parameter", [_parameter(each) for each in operation["parameters"]])
    content = operation.get("requestBody", {}).get("content", {})
    for body in content.values():
        yield from _table("Field", rows_of(body["schema"], components))
    yield _curl(path, method, operation) + "\n"
    yield from _good_answer(operation, components)
    yield from _errors(operation)


def _table(kind: str, rows: list[tuple[str, str, str]]) -> Iterator[str]:
    if rows:
        lines = [f"| `{name}` | {type_} | {text} |" for name, type_, text in rows]
        yield "\n".join([f"| {kind} | Type | |", "|---|---|---|", *lines]) + "\n"


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, str, str]:
    need = "required. " if parameter["required"] and parameter["in"] != "path" else ""
    return parameter["name"], parameter["in"], need + parameter["description"]


def _curl(path: str, method: str, operation: Mapping[str, Any]) -> str:
    for parameter in operation["parameters"]:
        path = path.replace("{" + parameter["name"] + "}", str(parameter["example"]))
    query = "&".join(
        f"{each['name']}={each['example']}"
        for each in operation["parameters"]
        if each["in"] == "query" and each["required"]
    )
    address = f"'{HOST}{path}?{query}'" if query else f"{HOST}{path}"
    verb = "" if method == "get" else f" -X {method.upper()}"
    lines = [f"curl{verb} {address}"]
    who = _who(operation)
    if who != "no":
        lines.append(
            '-H "Authorization: Bearer $TOKEN"' if who == "yes" else '-u "$CLIENT_ID:$CLIENT_SECRET"'
        )
    lines += _data(operation)
    return _code(" \\\n    ".join(lines))


def _data(operation: Mapping[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if JSON in content:
        return [
            f'-H "Content-Type: {JSON}"',
            f"-d '{json.dumps(content[JSON]['example'], ensure_ascii=False)}'",
        ]
    return [f"-d '{name}={value}'" for name, value in content.get(FORM, {}).get("example", {}).items()]


def _good_answer(operation: Mapping[str, Any], components: Mapping[str, Any]) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            continue
        content = answer.get("content", {}).get(JSON)
        yield f"**{status}** {answer['description']}\n"
        if content:
            yield _code(_shown(content["example"])) + "\n"
            yield from _table("Answer", rows_of(content["schema"], components, is_answer=True))


def _shown(value: Any) -> str:
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= WIDTH else json.dumps(value, ensure_ascii=False, indent=2)


def _errors(operation: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        own = {**_problems(content), **_of_the_protocol(content)}
        rows += [f"| {status} | `{code}` | {text} |" for code, text in own.items()]
    if rows:
        yield "\n".join(["| Status | Error | |", "|---|---|---|", *rows]) + "\n"


def _problems(content: Mapping[str, Any]) -> dict[str, str]:
    examples = content.get(MEDIA_TYPE, {}).get("examples", {})
    return {
        code: example["value"]["detail"] for code, example in examples.items() if code not in SHARED_CODES
    }


def _of_the_protocol(content: Mapping[str, Any]) -> dict[str, str]:
    examples = content.get(JSON, {}).get("examples", {})
    return {name: example["value"]["error_description"] for name, example in examples.items()}


def _code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
