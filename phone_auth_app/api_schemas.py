"""What the JSON flow takes and gives, and how its documentation shows it. Meaning is checked by the pages' forms."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from core_app.problems import documented, problem
from sessions_app.app_logins import Body, DeviceId

SESSION = "0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e"

SessionId = Annotated[
    UUID, Field(description="From /api/register/. Keep it secret; good for 15 minutes.", examples=[SESSION])
]
Password = Annotated[str, Field(min_length=1, max_length=1000, examples=["seven green bicycles"])]


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


class PhoneLogin(Body):
    session_id: SessionId
    password: Password


class NextStep(Schema):
    """The session goes on with this step: /api/verify-otp/, /api/login/, /api/set-password/ or /api/user-info/."""

    session_id: UUID = Field(examples=[SESSION])
    next_step: Literal["otp", "password", "set_password", "user_info"]


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


LOGIN_GONE = problem(
    status=400, code="login_gone", detail="This sign-in waited too long or is over. Sign in again."
)
COUNTRY = problem(status=400, code="country_refused", detail="We cannot send codes to this country.")
TOO_SOON = problem(
    status=429,
    code="otp_resend_too_soon",
    detail="A code was sent just now. Wait before you ask for another.",
)
NOT_SENT = problem(
    status=429, code="sending_refused", detail="We cannot send a code right now. Try again later."
)
EXHAUSTED = problem(
    status=429, code="otp_exhausted", detail="There were too many wrong codes. Ask for a new one later."
)
REFUSED_ACCOUNT = problem(
    status=403,
    code="account_refused",
    detail="This account cannot be used right now. Sign in on the web page of this service to see why.",
)


def described(
    body: dict[str, object], good: dict[str, object], *problems: dict[str, object]
) -> dict[str, Any]:
    """The parts of an operation's OpenAPI description that its types do not tell: examples and errors."""
    return {
        "requestBody": {"content": {"application/json": {"example": body}}},
        "responses": {
            200: {"description": "OK", "content": {"application/json": {"example": good}}},
            **documented(LOCKED, AWAY, *problems),
        },
    }
