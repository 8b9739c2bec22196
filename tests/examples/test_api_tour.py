"""The tour calls every operation of a real server, and each answer is what the document says."""

import importlib
import json
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import httpx
import pytest

from scripts.live_server import ROOT, live_server
from tests.api.document import faults_of

pytestmark = [pytest.mark.services, pytest.mark.once]

PROVIDERS = json.dumps(
    [{
        "id": "github", "kind": "github", "label": "GitHub", "client_id": "tour", "client_secret": "not for answers",
        "app_redirect_uris": ["com.example.notes:/signed-in"],
    }]
)  # fmt: skip


@pytest.fixture
def tour(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The example as it finds its neighbours when it is run from its folder."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    return importlib.import_module("api_tour")


@pytest.mark.requirement("F29", "E04", "feature:F12")
def test_every_operation_is_walked_and_answers_as_documented(tour: ModuleType) -> None:
    faults: list[str] = []
    lines: list[str] = []

    def look(operation: Mapping[str, Any], answer: httpx.Response) -> None:
        name, status = operation["operationId"], str(answer.status_code)
        faults.extend(f"{name}: {fault}" for fault in _faults_of(operation["responses"], status, answer))
        if "RateLimit" not in answer.headers or "no-store" not in answer.headers["Cache-Control"]:
            faults.append(f"{name}: {answer.headers}")
        if "not for answers" in answer.text:
            faults.append(f"{name}: shows a secret")

    with (
        live_server(SOCIAL_PROVIDERS=PROVIDERS, SMS_ROUTES="*=console") as server,
        httpx.Client(base_url=server.url, timeout=120, trust_env=False) as http,
    ):
        api = tour.Api(http, say=lines.append, look=look)
        tour.Tour(api, server.environment["DEMO_API_SECRET"]).run()
    assert api.not_called == []
    assert faults == []
    assert len(lines) >= len(api.operations)
    assert not re.search(r"eyJ[\w-]{30}", "".join(lines))


def _faults_of(responses: Mapping[str, Any], status: str, answer: httpx.Response) -> list[str]:
    if status not in responses:
        return [f"{status} is not documented"]
    content = responses[status].get("content", {})
    if not answer.content:
        return [f"{status}: a body is missing"] if content and status != "303" else []
    kind = answer.headers["Content-Type"].partition(";")[0]
    if kind not in content:
        return [f"{status}: {kind} is not documented"]
    return faults_of(answer.json(), content[kind]["schema"]) if "json" in kind else []
