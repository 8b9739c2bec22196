"""The OpenAPI document as tests read it: its operations, and whether a value fits a schema of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from auth_server_django.api import api

JSON = "application/json"
METHODS = {"get", "post", "patch", "delete", "put"}


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    facts: dict[str, Any]

    def __str__(self) -> str:
        return str(self.facts["operationId"])

    @property
    def is_protocol(self) -> bool:
        return bool(self.facts["tags"] == ["OAuth"])

    @property
    def contents(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every media type it takes or gives, by where that is."""
        parts = {"request": self.facts.get("requestBody", {}), **self.facts["responses"]}
        for place, part in parts.items():
            for kind, content in part.get("content", {}).items():
                yield f"{place} {kind}", content

    @property
    def example_path(self) -> str:
        """The address with the examples of its parameters."""
        path = self.path
        for parameter in self.facts["parameters"]:
            path = path.replace("{" + parameter["name"] + "}", str(parameter.get("example")))
        return path

    @property
    def example_body(self) -> dict[str, Any]:
        content = self.facts.get("requestBody", {}).get("content", {})
        return dict(content[JSON]["example"]) if JSON in content else {}


@cache
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


@cache
def all_operations() -> tuple[Operation, ...]:
    return tuple(
        Operation(path, method, facts)
        for path, methods in document()["paths"].items()
        for method, facts in methods.items()
        if method in METHODS
    )


def faults_of(value: Any, schema: dict[str, Any]) -> list[str]:
    """What is wrong with a value under a schema of the document; nothing when it fits."""
    whole = {**schema, "components": document()["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [error.message for error in Draft202012Validator(whole, format_checker=checker).iter_errors(value)]
