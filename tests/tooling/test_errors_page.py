"""docs/errors.md names every code that the server can answer, with its status, and none that it cannot."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oauthlib.oauth2.rfc6749 import errors as oauthlib_errors

from auth_server_django.api import api
from custom_scopes_and_policies_app.errors import PLAIN_WORDS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
DESK = ROOT / "custom_scopes_and_policies_app"
# What makes an error of the OAuth endpoints out of a word.
MAKERS = {"OAuthError", "RefusedRequest", "UnsafeRequest", "Refuse", "__init__"}
# Of protected resources, in the words of the section on APIs.
AT_APIS = {"invalid_token", "insufficient_scope", "insufficient_user_authentication"}
CODE = re.compile(r"`([a-z_]+)`")
# Answered to a wrong method before any operation is found, so that no operation documents it.
NOT_OF_AN_OPERATION = {("method_not_allowed", 405)}

pytestmark = pytest.mark.requirement("F29")


def section(title: str) -> str:
    """The page from that heading to the next."""
    return re.split(r"^## ", PAGE.partition(f"## {title}")[2], flags=re.MULTILINE)[0]


def rows(title: str) -> Iterator[list[str]]:
    """The cells of the section's table."""
    for line in section(title).splitlines():
        if line.startswith("| ") and not line.startswith(("| Error |", "| Status |")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def problems(node: Any) -> Iterator[tuple[str, int]]:
    """Code and status of every problem document in an OpenAPI document."""
    if isinstance(node, dict):
        if isinstance(node.get("code"), str) and isinstance(node.get("status"), int):
            yield node["code"], node["status"]
        for one in node.values():
            yield from problems(one)
    elif isinstance(node, list):
        for one in node:
            yield from problems(one)


def raised_by_the_desk() -> set[str]:
    """The errors that the code names where it refuses."""
    calls = [
        node
        for file in DESK.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in MAKERS
    ]
    words = [call.args[0].value for call in calls if call.args and isinstance(call.args[0], ast.Constant)]
    return {word for word in words if isinstance(word, str) and re.fullmatch(r"[a-z]+(_[a-z]+)+", word)}


def test_the_page_has_every_code_of_the_json_api_with_its_status() -> None:
    written = {(code, int(cells[0])) for cells in rows("In the JSON API") for code in CODE.findall(cells[1])}
    assert len(written) > 50
    assert written == set(problems(dict(api.get_openapi_schema()))) | NOT_OF_AN_OPERATION


def test_the_page_has_every_error_of_the_oauth_endpoints() -> None:
    written = {
        code
        for title in ("At `/o/auth", "At `/o/tok")
        for cells in rows(title)
        for code in CODE.findall(cells[0])
    }
    known = raised_by_the_desk() | set(PLAIN_WORDS)
    assert len(known) > 15
    assert known - AT_APIS - written == set()
    assert [code for code in AT_APIS if code not in section("At APIs")] == []
    oauthlibs = {getattr(one, "error", None) for one in vars(oauthlib_errors).values()}
    assert written - known - oauthlibs == set()
