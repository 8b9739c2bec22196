"""Calls operations of an API by their name in its OpenAPI document, and remembers which ones were called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

SHOWN = 14
SECRET = {
    "access_token",
    "refresh_token",
    "id_token",
    "session_id",
    "login_id",
    "secret",
    "uri",
    "csrf_token",
}
WIDTH = 110


class Unexpected(Exception):
    """The server answered otherwise than the tour expects."""


def nothing(operation: Mapping[str, Any], answer: httpx.Response) -> None:
    """What to do with an answer besides showing it."""


@dataclass
class Api:
    """`say` gets a line for every answer, `look` the operation's description and the answer."""

    http: httpx.Client
    say: Callable[[str], None] = print
    look: Callable[[Mapping[str, Any], httpx.Response], None] = nothing
    called: set[str] = field(default_factory=set)
    operations: dict[str, tuple[str, str, dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        document = self.http.get("/api/openapi.json").raise_for_status().json()
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

    def call(
        self,
        name: str,
        fields: Mapping[str, Any] | None = None,
        *,
        token: str = "",
        expect: int = 200,
        within: Mapping[str, str] | None = None,
        http: httpx.Client | None = None,
        **request: Any,
    ) -> Any:
        """The decoded answer of an operation. `fields` are its JSON body, `within` the ids in its address.

        Raises Unexpected when the status is not the expected one.
        """
        method, path, operation = self.operations[name]
        address = path.format(**(within or {}))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= request.pop("headers", {})
        if fields is not None:
            request["json"] = fields
        answer = (http or self.http).request(method, address, headers=headers, **request)
        body = answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else {}
        self.called.add(name)
        self.say(f"{answer.status_code}  {method.upper():<6} {address:<46.46} {_shown(body)}"[:WIDTH])
        if answer.status_code != expect:
            raise Unexpected(f"{name}: expected {expect}, got {answer.status_code}: {answer.text[:300]}")
        self.look(operation, answer)
        return body

    @property
    def not_called(self) -> list[str]:
        """What the tour has left out."""
        return sorted(set(self.operations) - self.called)


def _shown(body: Any) -> str:
    if isinstance(body, list):
        return f"{len(body)} in the list"
    return ", ".join(
        f"{name}={str(value)[:SHOWN]}…" if name in SECRET else f"{name}={value}"
        for name, value in body.items()
    )
