"""What the JSON way in through providers takes and gives, and how its documentation shows it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from core_app.problems import documented, problem
from sessions_app.app_logins import Body, DeviceId

SESSION = "0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e"
MOST_OF_AN_ANSWER = 4096


class ProviderOut(Schema):
    """A provider that people may sign in with."""

    id: str = Field(examples=["google"])
    label: str = Field(examples=["Google"])


RedirectUri = Annotated[
    str,
    Field(
        max_length=500,
        description="Where the app takes the provider's answer. The operator has listed it for this provider.",
        examples=["com.example.notes:/signed-in"],
    ),
]


class Start(Body):
    redirect_uri: RedirectUri
    device_id: DeviceId | None = None


class StartLink(Body):
    redirect_uri: RedirectUri


class Started(Schema):
    """Open `authorization_url` in the system's browser. `session_id` stays in the app: it is what binds the answer."""

    session_id: UUID = Field(examples=[SESSION])
    authorization_url: str = Field(examples=["https://accounts.google.com/o/oauth2/v2/auth?…"])


class Finish(Body):
    session_id: Annotated[UUID, Field(description="From start. Used once.", examples=[SESSION])]
    state: Annotated[
        str, Field(max_length=200, description="From the redirect, as it came.", examples=["Yb3…"])
    ]
    code: Annotated[
        str, Field(max_length=MOST_OF_AN_ANSWER, description="From the redirect.", examples=["4/0Af…"])
    ] = ""
    iss: Annotated[
        str | None,
        Field(
            max_length=500,
            description="From the redirect, when it is there (RFC 9207).",
            examples=["https://accounts.google.com"],
        ),
    ] = None
    error: Annotated[
        str | None,
        Field(
            max_length=100,
            description="From the redirect, when it is there instead of a code.",
            examples=["access_denied"],
        ),
    ] = None


class LinkOut(Schema):
    """An identity at a provider that signs the caller in."""

    id: UUID = Field(examples=["0190d3c2-5a0b-7c1e-9a43-0c8d2b7f4f5e"])
    provider: str = Field(description="What people call the provider.", examples=["Google"])
    known_as: str = Field(
        description="How its owner recognises it there; may be empty.", examples=["bat@example.com"]
    )
    connected_at: datetime = Field(examples=["2026-01-31T08:15:00Z"])
    last_used_at: datetime = Field(examples=["2026-02-01T17:40:00Z"])


UNKNOWN = problem(status=404, code="not_found", detail="There is no such way to sign in here.")
GONE = problem(
    status=400,
    code="attempt_gone",
    detail="This sign-in was used, was begun in another browser, or took too long. Start again.",
)
NOT_CONFIRMED = problem(
    status=400,
    code="not_confirmed",
    detail="Google did not confirm who you are. Start again, or sign in another way.",
)
GIVEN_UP = problem(
    status=400,
    code="access_denied",
    detail="You did not continue with Google. Start again, or sign in another way.",
)
NOT_SIGNED_IN = problem(status=401, code="invalid_token", detail="Sign in, or present an access token.")
NOT_FRESH = problem(
    status=403, code="fresh_login_required", detail="Sign in again to change how you sign in."
)
NO_LINK = problem(status=404, code="not_found", detail="There is no such connected provider.")
IDENTITY_TAKEN = problem(
    status=409,
    code="identity_taken",
    detail="This sign-in is connected to another account here. Sign in with it to disconnect it there first.",
)
LAST_WAY_IN = problem(
    status=409,
    code="last_way_in",
    detail="This is the only way you can sign in. Add a phone number, or an e-mail address and a password, first.",
)
TAKEN = problem(
    status=409,
    code="address_taken",
    detail="Your address at Google has an account here already. Sign in to it another way, then connect Google in "
    "your account.",
)
REFUSED = problem(
    status=403,
    code="account_refused",
    detail="This account cannot be used right now. Ask whoever runs this service.",
)
NO_REDIRECT = problem(
    status=400,
    code="invalid_redirect_uri",
    detail="This address is not listed for the provider.",
    errors={"redirect_uri": ["This address is not listed for the provider."]},
)
AWAY = problem(
    status=503,
    code="temporarily_unavailable",
    detail="Google cannot be reached right now. Try again in a minute, or sign in another way.",
)
TOO_OFTEN = problem(
    status=429, code="too_many_attempts", detail="That was too often. Wait a little, then try again."
)


def described(
    body: dict[str, object], good: dict[str, object], *problems: dict[str, object]
) -> dict[str, Any]:
    """The parts of an operation's OpenAPI description that its types do not tell: examples and errors."""
    return {
        "requestBody": {"content": {"application/json": {"example": body}}},
        "responses": {
            200: {"description": "OK", "content": {"application/json": {"example": good}}},
            **documented(UNKNOWN, NOT_CONFIRMED, AWAY, *problems),
        },
    }


def for_the_signed_in(*problems: dict[str, object]) -> dict[str, Any]:
    """How to authenticate, and the errors."""
    security: list[dict[str, list[str]]] = [{"AccessToken": []}, {"Cookie": []}]
    return {"security": security, "responses": documented(NOT_SIGNED_IN, *problems)}
