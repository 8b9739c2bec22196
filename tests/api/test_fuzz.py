"""Random calls of every operation, good and bad ones: each answer is one that the document knows (B08, L07).

The same calls each time. `API_FUZZ_EXAMPLES=300 pytest tests/api/test_fuzz.py` sends more, and others each time.
"""

import os
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from pytest_django import Settings
from schemathesis import Case, CheckContext, Response
from schemathesis.checks import (
    CheckFunction,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, negative_data_rejection

from accounts_app.models import User
from accounts_app.services import create_person
from core_app.problems import MEDIA_TYPE
from custom_scopes_and_policies_app.models import Application
from tests.api.conftest import signed_in
from tests.api.document import document

ApiOperation: TypeAlias = APIOperation[Any, Any, Any, Any]
FEW = 2
MANY = os.environ.get("API_FUZZ_EXAMPLES", "")
# Nothing of it may ever be answered (E04).
SECRET = "known-to-this-server-and-the-provider-alone"
PROVIDERS = (
    '[{"id": "github", "kind": "github", "label": "GitHub", "client_id": "app", '
    f'"client_secret": "{SECRET}", "app_redirect_uris": ["com.example.notes:/signed-in"]}}]'
)
WITHOUT_END = 10**9
LIMITS = (
    "API_CALLS_PER_PERSON_PER_MINUTE", "API_CALLS_PER_APP_PER_MINUTE", "API_CALLS_PER_ADDRESS_PER_MINUTE",
    "API_CALLS_PER_IP_PER_MINUTE", "API_CALLS_PER_SESSION", "EMAIL_API_CALLS_PER_IP_PER_MINUTE",
    "MFA_CALLS_PER_IP_PER_MINUTE", "SSO_LOGINS_PER_IP_PER_MINUTE", "PASSKEY_CHALLENGES_PER_IP_PER_MINUTE",
    "SOCIAL_STARTS_PER_IP_PER_MINUTE", "FAILURE_LIMIT", "MANY_FAILURES",
)  # fmt: skip


def code_is_documented(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Programs rely on the codes: each one that is answered is written down for this operation and status."""
    if MEDIA_TYPE not in response.headers.get("content-type", [""])[0]:
        return None
    answer = case.operation.definition.raw["responses"].get(str(response.status_code), {})
    code = response.json()["code"]
    if code not in answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}):
        raise Failure(
            operation=case.operation.label, title="Unknown code", message=f"{code} is not documented"
        )
    return None


def answer_is_kept_by_nobody(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """RFC 6749 §5.1: what may hold tokens is not stored. And no answer holds what only this server may know."""
    kept = ",".join(response.headers.get("cache-control", []))
    if "no-store" not in kept:
        raise Failure(operation=case.operation.label, title="May be stored", message=f"Cache-Control: {kept}")
    if SECRET in response.text or "argon2" in response.text:
        raise Failure(operation=case.operation.label, title="A secret", message="The answer holds a secret")
    return None


CHECKS: list[CheckFunction] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection, code_is_documented, answer_is_kept_by_nobody,
]  # fmt: skip


@pytest.fixture
def open_server(server: None, first_party: Application, settings: Settings) -> Iterator[Any]:
    """The WSGI application, without a limit that could hide what is behind it."""
    for name in LIMITS:
        setattr(settings, name, WITHOUT_END)
    settings.SOCIAL_PROVIDERS = PROVIDERS
    ends = (signals.request_started, signals.request_finished)
    # The test's own connection outlives each request.
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in ends:
        signal.connect(close_old_connections)


def new_person(number: int) -> User:
    """Each operation has a person of its own: some of them end sign-ins, or the account."""
    return create_person(
        phone=f"+976881{number:05}", password="seven green bicycles", phone_proven_at=timezone.now()
    )


def header_of(person: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in(person)['access_token']}"}


@pytest.mark.requirement("F29", "B08", "L07", "E04")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_every_answer_is_one_that_the_document_knows(open_server: Any, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = open_server
    faults: dict[str, str] = {}
    asked = 0
    for number, found in enumerate(schema.get_all_operations()):
        assert isinstance(found, Ok), found
        operation = found.ok()
        raw = operation.definition.raw
        # Nothing bad can be sent where nothing is taken.
        if mode is GenerationMode.NEGATIVE and not (raw["parameters"] or raw.get("requestBody")):
            continue
        # Whoever is not signed in gets no further than that: `test_doors` asks.
        headers = header_of(new_person(number)) if raw["security"] and raw["tags"] != ["OAuth"] else {}
        asked += 1
        try:
            _ask(operation, mode, headers)
        except (Failure, FailureGroup) as failure:
            faults[operation.label] = _told(failure)
    assert faults == {}
    assert asked


def _ask(operation: ApiOperation, mode: GenerationMode, headers: dict[str, str]) -> None:
    @examples(
        max_examples=int(MANY or FEW),
        derandomize=not MANY,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        # The authorization endpoint takes a bad request, to tell the app of it by a redirect.
        is_protocol = operation.definition.raw["tags"] == ["OAuth"]
        own = [each for each in CHECKS if not (is_protocol and each is negative_data_rejection)]
        case.call_and_validate(headers=headers, checks=own)

    send()


def _told(failure: Failure | FailureGroup) -> str:
    return "; ".join(
        f"{each.title}: {each.message[:200]}" for each in getattr(failure, "exceptions", [failure])
    )
