"""What these doors take and give."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from core_app.problems import documented, problem
from sessions_app.app_logins import Body

NOT_SIGNED_IN = problem(status=401, code="invalid_token", detail="Sign in, or present an access token.")
NO_TOKEN = problem(
    status=403,
    code="csrf_failed",
    detail="Send the csrf_token of /api/v1/sso/login in the header X-CSRFToken.",
)
NOT_OURS = problem(status=403, code="insufficient_scope", detail="Only this service's own apps may do this.")
AWAY = problem(
    status=503,
    code="temporarily_unavailable",
    detail="This is not possible right now. Try again in a moment.",
)


class SsoLogin(Body):
    mobile_number: Annotated[str, Field(min_length=1, max_length=40, examples=["+97699112233"])]
    password: Annotated[str, Field(min_length=1, max_length=1000, examples=["seven green bicycles"])]


class DeviceName(Body):
    name: Annotated[
        str, Field(max_length=100, description="Empty: the name it had at first.", examples=["My phone"])
    ]


class SignIn(Schema):
    """One sign-in: on which device, since when, with what proof."""

    sid: UUID
    device_id: UUID | None
    device_name: str = Field(examples=["Firefox on Android"])
    ip: str | None = Field(examples=["203.0.113.9"])
    signed_in_at: datetime
    last_seen_at: datetime
    expires_at: datetime = Field(description="When it ends at the latest.")
    auth_time: datetime = Field(description="When the person last proved who they are.")
    amr: list[str] = Field(description="What was proven (RFC 8176).", examples=[["pwd", "sms", "mfa"]])
    acr: str = Field(description="`aal1` or `aal2`: one or two kinds of proof.", examples=["aal2"])
    is_current: bool


class DeviceFacts(Schema):
    """A browser or app that the caller has signed in on."""

    id: UUID
    name: str = Field(examples=["Firefox on Android"])
    ip: str | None = Field(description="Where it was used last.", examples=["203.0.113.9"])
    first_seen_at: datetime
    last_seen_at: datetime
    sign_ins: int = Field(description="How many sign-ins are open on it.", examples=[1])
    is_current: bool


class CookieSession(SignIn):
    """The sign-in whose cookie came with this answer."""

    sub: UUID
    csrf_token: str = Field(
        description="For the header X-CSRFToken of every change made with the cookie.",
        examples=["sOmEtHiNgRaNdOm3vLr5tYz8aJd1hFgPsUe"],
    )


class Ended(Schema):
    ended: int = Field(description="How many sign-ins this call ended.", examples=[2])


def described(*problems: dict[str, object]) -> dict[str, Any]:
    """What the types do not tell: how to authenticate, and the errors."""
    security: list[dict[str, list[str]]] = [{"AccessToken": []}, {"Cookie": []}]
    return {"security": security, "responses": documented(NOT_SIGNED_IN, NOT_OURS, NO_TOKEN, AWAY, *problems)}
