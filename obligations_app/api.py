"""A person's own activity by JSON."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from core_app.problems import documented, problem
from obligations_app.activity import activity_of
from sessions_app.api_caller import api_caller

router = Router(tags=["Account"])


class Entry(Schema):
    """One thing that happened; fields are "" where there is nothing to tell."""

    at: datetime
    event: str = Field(description="A stable word, as in docs/events.md.", examples=["session.started"])
    what: str = Field(
        description="The same in a sentence, in the language of the request.", examples=["You signed in."]
    )
    is_refused: bool = Field(examples=[False])
    app: str = Field(examples=["Notes"])
    device: str = Field(examples=["Firefox on Android"])
    ip: str = Field(examples=["203.0.113.9"])


class ActivityAnswer(Schema):
    entries: list[Entry]
    older: str = Field(
        description="For `before`, to get what happened before that; empty at the end.",
        examples=["0190d3c2-5a0b-7c1e-9a43-0c8d2b7f4f5e"],
    )


@router.get(
    "/activity/",
    response=ActivityAnswer,
    summary="What happened to my account",
    openapi_extra={
        "security": [{"AccessToken": []}, {"Cookie": []}],
        "responses": documented(
            problem(status=401, code="invalid_token", detail="Sign in, or present an access token."),
            problem(
                status=403,
                code="insufficient_scope",
                detail="Only this service's own apps may do this.",
            ),
            problem(
                status=422,
                code="bad_cursor",
                detail="Start again from the newest entry: this place in the list is not known.",
            ),
        ),
    },
)
def index(
    request: HttpRequest,
    before: Annotated[
        str, Query(max_length=200, description="`older` of the answer before.", examples=[""])
    ] = "",
) -> dict[str, Any]:
    """The newest first, 20 at a time."""
    page = activity_of(api_caller(request).user_id, before=before)
    return {
        "entries": [
            {
                "at": entry.at,
                "event": entry.event,
                "what": str(entry.words),
                "is_refused": entry.is_refused,
                "app": entry.app,
                "device": entry.device,
                "ip": entry.ip,
            }
            for entry in page.entries
        ],
        "older": page.older,
    }
