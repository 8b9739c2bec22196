"""What the JSON flow takes and gives, and how its documentation shows it. Meaning is checked by the pages' forms."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from core_app.problems import documented, problem

SESSION = "0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e"
TOKENS: dict[str, Any] = {
    "access_token": "eyJ0eXAiOiJhdCtqd3Qi…",
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": "AQE…",
    "scope": "openid profile email phone offline_access",
    "id_token": "eyJ0eXAiOiJKV1Qi…",
}
DEVICE_ID = r"^[A-Za-z0-9._:-]{16,128}$"

SessionId = Annotated[UUID, Field(description="From /api/register/. Keep it secret; good for 15 minutes.")]
Password = Annotated[str, Field(min_length=1, max_length=1000, examples=["seven green bicycles"])]
DeviceId = Annotated[
    str,
    Field(
        pattern=DEVICE_ID,
        description="A random id the app made for itself when it was installed, and keeps secret (16 to 128 of "
        "A-Z a-z 0-9 . _ : -). It makes this a known device: others' wrong guesses do not lock it out.",
    ),
]


class Body(Schema):
    """A request: no field that is not named here."""

    model_config = ConfigDict(extra="forbid")


class Register(Body):
    mobile_number: Annotated[
        str,
        Field(
            min_length=1,
            max_length=40,
            description="With country code, or as it is dialled in the default country.",
            examples=["+97699112233", "99112233"],
        ),
    ]
    device_id: DeviceId | None = None


class VerifyOtp(Body):
    session_id: SessionId
    code: Annotated[
        str,
        Field(max_length=12, description="The digits from the SMS, as text.", examples=["123456"]),
    ]


class SetPassword(Body):
    session_id: SessionId
    password: Password


class UserInfo(Body):
    session_id: SessionId
    email: Annotated[str, Field(max_length=254, examples=["ali@example.com"])] = ""
    first_name: Annotated[str, Field(max_length=100, examples=["Ali"])] = ""
    last_name: Annotated[str, Field(max_length=100, examples=["Ahmadi"])] = ""


class Login(Body):
    session_id: SessionId
    password: Password


class NextStep(Schema):
    """The session goes on with this step: /api/verify-otp/, /api/login/, /api/set-password/ or /api/user-info/."""

    session_id: UUID
    next_step: Literal["otp", "password", "set_password", "user_info"]


class Tokens(Schema):
    """Signed in (RFC 6749 §5.1). Refresh at /o/token/ with the first-party client's id."""

    model_config = ConfigDict(json_schema_extra={"examples": [TOKENS]})

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds the access token lives.")
    scope: str
    refresh_token: str | None = None
    id_token: str | None = None


BAD_JSON = problem(status=400, code="invalid_json", detail="The body is not good JSON.")
GONE = problem(
    status=400,
    code="session_expired",
    detail="This session is unknown, finished or too old. Start again with /api/register/.",
    errors={"session_id": ["This session is unknown, finished or too old. Start again with /api/register/."]},
)
WRONG_STEP = problem(
    status=409,
    code="wrong_step",
    detail="This session waits for another step: otp.",
    extra={"next_step": "otp"},
)
UNDER_WAY = problem(
    status=409,
    code="step_under_way",
    detail="Another request of this session is under way. Wait for its answer.",
)
TAKEN = problem(
    status=409,
    code="phone_taken",
    detail="This number has an account by now. Sign in with its password.",
    extra={"next_step": "password"},
)
LOCKED = problem(
    status=429,
    code="too_many_attempts",
    detail="There were too many failed attempts. Wait a while, then try again.",
)
AWAY = problem(
    status=503,
    code="temporarily_unavailable",
    detail="Signing up and in is not possible right now. Try again in a minute.",
)


def refused(field: str, code: str, sentence: str, *, status: int = 400, **extra: object) -> dict[str, object]:
    """An example of an answer about one field."""
    return problem(status=status, code=code, detail=sentence, errors={field: [sentence]}, extra=extra)


REFUSED_ACCOUNT = problem(
    status=403,
    code="account_refused",
    detail="This account cannot be used right now. Sign in on the web page of this service to see why.",
)
STEP_NEEDED = problem(
    status=403,
    code="login_step_needed",
    detail="This account needs one more step. Sign in on the web page of this service.",
)


def described(
    body: dict[str, object], good: dict[str, object], *problems: dict[str, object]
) -> dict[str, Any]:
    """The parts of an operation's OpenAPI description that its types do not tell: examples and errors."""
    everywhere = (
        BAD_JSON,
        problem(status=413, code="body_too_large", detail="What was sent is too large."),
        problem(
            status=415,
            code="unsupported_media_type",
            detail="Send the fields as JSON, with Content-Type: application/json.",
        ),
        refused(next(iter(body)), "invalid_fields", "This field is required.", status=422),
        LOCKED,
        AWAY,
    )
    return {
        "requestBody": {"content": {"application/json": {"example": body}}},
        "responses": {
            200: {"description": "OK", "content": {"application/json": {"example": good}}},
            **documented(*everywhere, *problems),
        },
    }
