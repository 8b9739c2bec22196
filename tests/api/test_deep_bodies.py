"""JSON within JSON: what is nested deeper than any form is refused as a bad body, and never a fault of ours (L07)."""

from typing import Any

import pytest
from django.test import Client

from auth_server_django.json_body import DEEPEST
from messaging_app.models import OutboundMessage
from tests.phone_api.app import PHONE, assert_problem

pytestmark = pytest.mark.requirement("L07")

NESTS = {"lists": ("[", "]"), "objects": ('{"a":', "}")}
nests = pytest.mark.parametrize("nest", NESTS)


def register(nest: str, levels: int) -> Any:
    """A registration with a field more; the body as a whole has so many levels."""
    begins, ends = NESTS[nest]
    field = f"{begins * (levels - 1)}1{ends * (levels - 1)}"
    body = f'{{"mobile_number": "{PHONE}", "more": {field}}}'
    return Client().post("/api/register/", body, content_type="application/json")


@nests
@pytest.mark.parametrize("levels", [DEEPEST + 1, 200])
def test_a_body_that_is_nested_too_deeply_is_refused_and_starts_nothing(
    server: None, nest: str, levels: int
) -> None:
    problem = assert_problem(register(nest, levels), 400, "invalid_json")
    assert problem["detail"] == "The body is nested too deeply."
    assert not OutboundMessage.objects.exists()


@nests
@pytest.mark.parametrize("levels", [900, 20_000])
def test_a_body_that_no_reader_gets_to_the_end_of_is_refused_too(
    server: None, nest: str, levels: int
) -> None:
    answer = register(nest, levels)
    assert_problem(answer, 400, "invalid_json")
    assert b"Recursion" not in answer.content
    assert not OutboundMessage.objects.exists()


@nests
def test_what_is_as_deep_as_allowed_is_looked_at_field_by_field(server: None, nest: str) -> None:
    answer = register(nest, DEEPEST)
    assert b"nested" not in answer.content
    assert answer.status_code in {200, 422}
