"""Examples made from schemas: every field says its own, so that no example is written twice and none gets old."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
COMPONENT = "#/components/schemas/"
OF_FORMAT = {
    "uuid": "0190d3c2-5a0b-7c1e-9a43-0c8d2b7f4f5e",
    "date-time": "2026-01-31T08:15:00Z",
}


class NoExample(LookupError):
    """A field says no example of itself, and its type does not give one away. Names the field."""


def example_of(schema: Schema, components: Mapping[str, Schema], *, name: str = "the body") -> Any:
    """A value that fits the schema: what it says itself, else what its parts say. Raises NoExample."""
    if "examples" in schema:
        return schema["examples"][0]
    for word in ("example", "const"):
        if word in schema:
            return schema[word]
    if "$ref" in schema:
        return example_of(components[schema["$ref"].removeprefix(COMPONENT)], components, name=name)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _of_any(schema, components, name)
    return _of_type(schema, components, name)


def _of_any(schema: Schema, components: Mapping[str, Schema], name: str) -> Any:
    """Of the first choice that is more than nothing."""
    choices = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
    return example_of(choices[0], components, name=name)


def _of_type(schema: Schema, components: Mapping[str, Schema], name: str) -> Any:
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _of_object(schema, components)
        case "array":
            return [example_of(schema["items"], components, name=name)]
        case "boolean":
            return bool(schema.get("default", True))
        case "string" if schema.get("format") in OF_FORMAT:
            return OF_FORMAT[schema["format"]]
    raise NoExample(name)


def _of_object(schema: Schema, components: Mapping[str, Schema]) -> dict[str, Any]:
    return {
        field: example_of(details, components, name=field) for field, details in schema["properties"].items()
    }
