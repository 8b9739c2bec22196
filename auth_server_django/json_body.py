"""How the JSON API reads a body: JSON and nothing else, each name once, and no deeper than anybody needs."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn, cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser
from ninja.types import DictStrAny

from auth_server_django.problems import BadBody, WrongMediaType

JSON = "application/json"
# Levels of lists and objects within each other. What is deeper is nobody's form; whoever walks through it later may
# do so by recursion (RFC 8259 §9 allows a limit).
DEEPEST = 32


class StrictParser(Parser):
    """Refuses other media types, which a foreign page could send without asking (CORS), and ambiguous JSON."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The decoded body. Raises BadBody or WrongMediaType."""
        if request.content_type != JSON:
            raise WrongMediaType(_("Send the fields as JSON, with Content-Type: application/json."))
        try:
            decoded = json.loads(
                request.body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_unique
            )
        except (ValueError, RecursionError) as error:
            raise BadBody(_("The body is not good JSON.")) from error
        if _is_deeper(decoded, DEEPEST):
            raise BadBody(_("The body is nested too deeply."))
        return cast(DictStrAny, decoded)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of `{"code": 1, "code": 2}` would see two things (RFC 8259 §4)."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name is there twice")
    return fields


def _is_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects stand within each other on more than so many levels; without recursion."""
    level = [value]
    for _level in range(levels):
        level = [inner for outer in level for inner in _within(outer)]
    return any(isinstance(each, dict | list) for each in level)


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
