"""The caller's whole account by JSON: download what is held, close it."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from core_app.caller import caller_of
from core_app.problems import problem
from self_service_app.api.person import signed_in
from self_service_app.api.schemas import described
from self_service_app.flows import closing, exporting
from sessions_app.app_logins import Body
from sessions_app.logout import sign_out
from sessions_app.models import SsoSession

router = Router(tags=["Account"])

NOT_FRESH = problem(status=403, code="fresh_login_required", detail="Sign in again to do this.")
OFTEN = problem(
    status=429, code="too_many_attempts", detail="That was too often. Wait a little, then try again."
)
OPERATOR = problem(
    status=409,
    code="operator_account",
    detail="You are an operator here. Ask another operator to take your rights away first.",
)
CLOSED = problem(status=409, code="account_closed_meanwhile", detail="This account is closed already.")


class CloseAccount(Body):
    confirm: Literal[True] = Field(
        examples=[True], description="Says that the person was told what ends, and means it."
    )


class Closed(Schema):
    closed_at: datetime
    delete_after: datetime = Field(description="Until then the link in the notice opens the account again.")


def _file(described_: dict[str, Any]) -> dict[str, Any]:
    """The answer is a document of its own: by room what is held."""
    schema = {"type": "object", "required": ["service", "made_at", "subject"]}
    example = {
        "service": "https://login.example.com",
        "made_at": "2026-01-31T08:15:00Z",
        "subject": "1d7c2a4e-6c0b-4a51-9d57-3c1f5f0a9b11",
    }
    content = {"application/json": {"schema": schema, "example": example}}
    file = {200: {"description": "A file to keep.", "content": content}}
    return {**described_, "responses": {**file, **described_["responses"]}}


@router.post(
    "/export/", summary="Everything that is held on me", openapi_extra=_file(described(NOT_FRESH, OFTEN))
)
def export(request: HttpRequest) -> HttpResponse:
    """A JSON file. Wants a fresh sign-in; the person is told, and it may be asked for some times a day only."""
    session = signed_in(request)
    return exporting.download(session, caller=caller_of(request))  # type: ignore[return-value]


@router.post(
    "/deactivate/",
    response=Closed,
    summary="Close my account",
    openapi_extra=described(NOT_FRESH, OPERATOR, CLOSED),
)
def deactivate(request: HttpRequest, data: CloseAccount) -> dict[str, Any]:
    """Ends every sign-in and token at once, the caller's too; the account is deleted after the grace time."""
    closure = closing.close(signed_in(request), caller=caller_of(request))
    if not request.headers.get("Authorization"):
        sign_out(request, reason=SsoSession.EndReason.DEACTIVATED)
    return {"closed_at": closure.closed_at, "delete_after": closure.undo_until}
