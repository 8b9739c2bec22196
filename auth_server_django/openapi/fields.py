"""The fields of a schema as rows of a table: name, type in plain words, and what is to be said."""

from collections.abc import Mapping
from typing import Any

from auth_server_django.openapi.examples import COMPONENT

Schema = Mapping[str, Any]
Row = tuple[str, str, str]
FORMATS = {"uuid": "UUID", "date-time": "time (RFC 3339)"}
TYPES = {
    "string": "text",
    "integer": "number",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
}


def rows_of(schema: Schema, components: Mapping[str, Schema], *, is_answer: bool = False) -> list[Row]:
    """Of a request (what must be there is said) or of an answer (what may be missing is)."""
    schema = _resolved(schema, components)
    if schema.get("type") == "array":
        schema = _resolved(schema["items"], components)
    if "anyOf" in schema:
        choices = [rows_of(choice, components, is_answer=is_answer) for choice in schema["anyOf"]]
        return [row for rows in choices for row in rows]
    required = set(schema.get("required", []))
    return [
        (name, _type(details, components), _text(details, components, name in required, is_answer))
        for name, details in schema.get("properties", {}).items()
    ]


def _resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return components[reference.removeprefix(COMPONENT)] if reference else schema


def _type(schema: Schema, components: Mapping[str, Schema]) -> str:
    schema = _resolved(schema, components)
    if "anyOf" in schema:
        return " or ".join(
            "null" if choice.get("type") == "null" else _type(choice, components)
            for choice in schema["anyOf"]
        )
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        return " or ".join(f"`{word}`" for word in words)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], components)}"
    plain = FORMATS.get(schema.get("format", "")) or TYPES.get(schema.get("type", ""), "any")
    most = schema.get("maxLength")
    return f"{plain}, at most {most}" if most else plain


def _text(schema: Schema, components: Mapping[str, Schema], is_required: bool, is_answer: bool) -> str:
    words = _said_of(schema, components)
    if is_answer:
        return f"{words} May be missing.".strip() if not is_required else words
    return f"Required. {words}".strip() if is_required else words


def _said_of(schema: Schema, components: Mapping[str, Schema]) -> str:
    """Its own sentence, or that of the first choice that has one."""
    choices = [schema, *schema.get("anyOf", [])]
    said = (_resolved(choice, components).get("description", "") for choice in choices)
    return " ".join(next((text for text in said if text), "").split())
