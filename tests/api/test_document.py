"""The document is valid and says everything of every operation."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from ninja import Schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from auth_server_django.openapi.areas import AREAS
from auth_server_django.openapi.examples import NoExample, example_of
from core_app.problems import MEDIA_TYPE
from tests.api.document import JSON, Operation, all_operations, document, faults_of

pytestmark = [pytest.mark.requirement("F29")]
every_operation = pytest.mark.parametrize("operation", all_operations(), ids=str)
# What issue and design promise of `/api/auth/`.
PROMISED = {
    "register/", "verify-email/", "login/", "logout/", "token/refresh/", "password/forgot/", "password/reset/",
    "password/change/", "mfa/factors/", "passkeys/", "passkeys/{passkey_id}/", "social/{provider_id}/start/",
    "social/{provider_id}/link/start/", "social/links/", "sessions/", "devices/",
}  # fmt: skip


def test_the_document_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_every_promised_door_is_there() -> None:
    assert {f"/api/auth/{path}" for path in PROMISED} <= set(document()["paths"])


@every_operation
def test_an_operation_says_what_it_is_for_and_who_may(operation: Operation) -> None:
    facts = operation.facts
    assert facts["summary"]
    assert len(facts["description"]) > len("RFC 7009")
    assert set(facts["tags"]) <= set(AREAS)
    assert len(facts["tags"]) == 1
    assert isinstance(facts["security"], list)
    for parameter in facts["parameters"]:
        assert parameter["description"], parameter["name"]
        assert parameter["example"] is not None, parameter["name"]


@every_operation
def test_its_examples_fit_their_schemas(operation: Operation) -> None:
    for place, content in operation.contents:
        examples = [example["value"] for example in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        assert examples, place
        for example in examples:
            assert faults_of(example, content["schema"]) == [], place
    for parameter in operation.facts["parameters"]:
        assert faults_of(parameter["example"], parameter["schema"]) == [], parameter["name"]


@every_operation
def test_its_errors_are_named_under_their_status(operation: Operation) -> None:
    responses = operation.facts["responses"]
    assert set(responses) >= {"429", "500"}
    if not operation.is_protocol:
        assert "503" in responses
        assert ("401" in responses) == bool(operation.facts["security"]) or operation.path.endswith(
            "refresh/"
        )
    if operation.example_body:
        assert set(responses) >= {"400", "413", "415", "422"}
    for status, response in responses.items():
        assert {"RateLimit", "RateLimit-Policy"} <= set(response["headers"])
        for code, example in response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}).items():
            assert (example["value"]["status"], example["value"]["code"]) == (int(status), code)
    assert "Retry-After" in responses["429"]["headers"]


def test_no_two_schemas_share_a_name() -> None:
    """The framework would let the later one describe both."""
    places = defaultdict(set)
    for kind in _subclasses(Schema):
        if kind.__module__.split(".")[0].endswith("_app"):
            places[kind.__name__].add(kind.__module__)
    doubled = {name: found for name, found in places.items() if len(found) > 1}
    assert doubled == {}


def test_a_field_without_an_example_is_found() -> None:
    schema = {"type": "object", "properties": {"odd": {"type": "string"}}}
    with pytest.raises(NoExample, match="odd"):
        example_of(schema, {})


def test_nothing_of_the_document_is_a_secret_of_this_server(settings: Any) -> None:
    text = str(document())
    assert settings.SECRET_KEY not in text
    assert JSON in text


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)
