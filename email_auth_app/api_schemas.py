"""What the JSON doors of this room take and give. Meaning is checked by the pages' fields."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from core_app.problems import documented, problem
from sessions_app.app_logins import Body, DeviceId

MAX_CODE = 400

Email = Annotated[str, Field(min_length=1, max_length=254, examples=["bat@example.com"])]
Password = Annotated[str, Field(min_length=1, max_length=1000, examples=["seven green bicycles"])]
Code = Annotated[
    str, Field(max_length=MAX_CODE, description="The digits from the e-mail, as text.", examples=["123456"])
]
SessionId = Annotated[
    UUID,
    Field(
        description="From the step before. Keep it secret; good for 30 minutes.",
        examples=["0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e"],
    ),
]


class Begin(Body):
    email: Email
    device_id: DeviceId | None = None


class VerifyEmail(Body):
    session_id: SessionId
    code: Code
    password: Password
    first_name: Annotated[str, Field(max_length=100, examples=["Bat"])] = ""
    last_name: Annotated[str, Field(max_length=100, examples=["Erdene"])] = ""


class EmailLogin(Body):
    email: Email
    password: Password
    device_id: DeviceId | None = None


class ResetPassword(Body):
    session_id: SessionId
    code: Code = ""
    password: Password


class Begun(Schema):
    """An e-mail is on its way, if somebody is to get one. The session waits for its code."""

    session_id: UUID


GONE = problem(
    status=400,
    code="session_expired",
    detail="This session is unknown, finished or too old. Start again.",
)
UNDER_WAY = problem(
    status=409,
    code="step_under_way",
    detail="Another request of this session is under way. Wait for its answer.",
)
WRONG_CODE = problem(
    status=400,
    code="otp_wrong",
    detail="This is not the code we sent. You have 2 tries left.",
    extra={"remaining": 2},
)
EXPIRED_CODE = problem(
    status=400, code="otp_expired", detail="This code is no longer good. Ask for a new one."
)
WEAK = problem(status=422, code="weak_password", detail="Use at least 8 characters.")
TAKEN = problem(
    status=409, code="email_taken", detail="This address has an account. Sign in with its password."
)
WRONG_CREDENTIALS = problem(
    status=400, code="wrong_credentials", detail="The e-mail address or the password is not right."
)
REFUSED_ACCOUNT = problem(status=403, code="account_refused", detail="This account cannot be used right now.")
INVALID = problem(status=422, code="invalid_fields", detail="Enter an e-mail address like name@example.com.")
LOCKED = problem(
    status=429,
    code="too_many_attempts",
    detail="There were too many failed attempts. Wait a while, then try again.",
)
LOGIN_GONE = problem(
    status=400, code="login_gone", detail="This sign-in waited too long or is over. Sign in again."
)
EXHAUSTED = problem(
    status=429, code="otp_exhausted", detail="There were too many wrong codes. Ask for a new one later."
)
TOO_SOON = problem(
    status=429,
    code="otp_resend_too_soon",
    detail="A code was sent just now. Wait before you ask for another.",
)


def described(*problems: dict[str, object]) -> dict[str, Any]:
    """What the types do not tell: the errors."""
    return {"responses": documented(INVALID, LOCKED, *problems)}
