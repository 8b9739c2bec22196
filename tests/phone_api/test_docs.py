"""The flow documents itself: every step with an example and with the answers that say no."""

from typing import Any

import pytest
from django.test import Client

from core_app.problems import MEDIA_TYPE
from tests.phone_api.app import PhoneApp

PATHS = ["/api/register/", "/api/verify-otp/", "/api/set-password/", "/api/user-info/", "/api/login/"]


@pytest.fixture
def document(client: Client, flow: None) -> dict[str, Any]:
    return dict(client.get("/api/openapi.json").json())


@pytest.mark.requirement("F29", "F21")
@pytest.mark.parametrize("path", PATHS)
def test_every_step_has_examples_and_documented_errors(document: dict[str, Any], path: str) -> None:
    operation = document["paths"][path]["post"]
    assert operation["summary"]
    assert operation["description"]
    assert operation["requestBody"]["content"]["application/json"]["example"]
    assert operation["responses"]["200"]["content"]["application/json"]["example"]
    assert set(operation["responses"]) >= {"200", "400", "413", "415", "422", "429", "503"}
    for status, response in operation["responses"].items():
        if status != "200":
            content = response["content"][MEDIA_TYPE]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert all(example["value"]["status"] == int(status) for example in content["examples"].values())
    assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    known = {
        f"#/components/{kind}/{name}" for kind, parts in document["components"].items() for name in parts
    }
    assert set(_references(document)) <= known
    assert document["components"]["securitySchemes"]


def test_the_examples_are_what_the_server_takes(document: dict[str, Any], phone_app: PhoneApp) -> None:
    example = document["paths"]["/api/register/"]["post"]["requestBody"]["content"]["application/json"][
        "example"
    ]
    answer = phone_app.post("register", **example)
    given = document["paths"]["/api/register/"]["post"]["responses"]["200"]["content"]["application/json"][
        "example"
    ]
    assert set(answer.json()) == set(given)


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    if isinstance(part, list):
        return [reference for value in part for reference in _references(value)]
    return []
