"""The JSON flow for apps that show their own pages: register → code → password → profile → tokens, and login."""

from collections.abc import Mapping
from typing import Annotated

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Header, Router

from core_app.caller import caller_of, client_ip_of
from core_app.errors import AppError
from limits_app import throttle
from limits_app.network import ip_bucket
from phone_auth_app import api_schemas as schemas
from phone_auth_app.api_schemas import NextStep, described, refused
from phone_auth_app.conf import conf
from phone_auth_app.flows import api_flow as flow
from phone_auth_app.flows import api_signup
from phone_auth_app.flows.api_session import ApiSession
from phone_auth_app.forms import CodeForm, ProfileForm
from sessions_app.app_logins import DEVICE_ID, STEP_NEEDED, TOKENS, Tokens

MINUTE = 60
SESSION = schemas.SESSION
PROFILE_FIELDS = {"given_name": "first_name", "family_name": "last_name"}

router = Router(tags=["Sign up and in by phone"])


class InvalidFields(AppError):
    """Fields whose form is right and whose content is not."""

    code = "invalid_fields"
    status = 422


@router.post(
    "/register/",
    response=NextStep,
    summary="Begin with a phone number",
    openapi_extra=described(
        {"mobile_number": "+97699112233"},
        {"session_id": SESSION, "next_step": "otp"},
        refused("mobile_number", "invalid_phone", "This is not a complete phone number. Check the digits."),
        schemas.COUNTRY,
        schemas.TOO_SOON,
        schemas.NOT_SENT,
    ),
)
def register(
    request: HttpRequest,
    data: schemas.Register,
    device_id: Annotated[
        str | None,
        Header(
            None,
            alias="Device-Id",
            pattern=DEVICE_ID,
            description="As in the body.",
            examples=["b7Q2f0c9-installation-41"],
        ),
    ],
) -> NextStep:
    """A number with an account answers `password`: go on with /api/login/. Any other is sent a code by SMS and
    answers `otp`: go on with /api/verify-otp/. Asked again with the same number, another code is sent, not sooner
    than `Retry-After` says.
    """
    _count(request)
    session = flow.register(
        mobile_number=data.mobile_number,
        device_id=data.device_id or device_id or "",
        language=get_language() or "",
        caller=caller_of(request),
    )
    return _next(session)


@router.post(
    "/verify-otp/",
    response=NextStep | Tokens,
    exclude_none=True,
    summary="Prove the number with the code from the SMS",
    openapi_extra=described(
        {"session_id": SESSION, "code": "123456"},
        {"session_id": SESSION, "next_step": "set_password"},
        refused("code", "otp_wrong", "This is not the code we sent. You have 2 tries left.", remaining=2),
        refused("code", "otp_expired", "This code is no longer good. Ask for a new one."),
        schemas.GONE,
        schemas.WRONG_STEP,
        schemas.UNDER_WAY,
        schemas.EXHAUSTED,
        schemas.LOGIN_GONE,
        schemas.REFUSED_ACCOUNT,
        STEP_NEEDED,
    ),
)
def verify_otp(request: HttpRequest, data: schemas.VerifyOtp) -> NextStep | Tokens:
    """A right code works once and within two minutes. A new number goes on with `set_password`; a number that has
    an account is signed in and gets the tokens at once.
    """
    _count(request, str(data.session_id))
    code = _cleaned(CodeForm({"code": data.code}))["code"]
    done = flow.check_code(session_id=str(data.session_id), code=code, caller=caller_of(request))
    return _next(done) if isinstance(done, ApiSession) else _tokens(done)


@router.post(
    "/set-password/",
    response=NextStep,
    summary="Choose a password; this makes the account",
    openapi_extra=described(
        {"session_id": SESSION, "password": "seven green bicycles"},
        {"session_id": SESSION, "next_step": "user_info"},
        refused("password", "weak_password", "Use at least 8 characters.", status=422),
        schemas.TAKEN,
        schemas.GONE,
        schemas.WRONG_STEP,
        schemas.UNDER_WAY,
    ),
)
def set_password(request: HttpRequest, data: schemas.SetPassword) -> NextStep:
    """Sent twice at once, the first one counts and the other is told `wrong_step`."""
    _count(request, str(data.session_id))
    session = api_signup.set_password(
        session_id=str(data.session_id), password=data.password, caller=caller_of(request)
    )
    return _next(session)


@router.post(
    "/user-info/",
    response=Tokens,
    exclude_none=True,
    summary="Say who you are, and get the tokens",
    openapi_extra=described(
        {
            "session_id": SESSION,
            "email": "ali@example.com",
            "first_name": "Ali",
            "last_name": "Ahmadi",
        },
        TOKENS,
        refused("email", "invalid_fields", "Enter an e-mail address like name@example.com.", status=422),
        schemas.GONE,
        schemas.WRONG_STEP,
        schemas.UNDER_WAY,
        schemas.LOGIN_GONE,
        schemas.REFUSED_ACCOUNT,
        STEP_NEEDED,
    ),
)
def user_info(request: HttpRequest, data: schemas.UserInfo) -> Tokens:
    """Every field may be empty or left out. The session ends here."""
    _count(request, str(data.session_id))
    form = ProfileForm({"email": data.email, "given_name": data.first_name, "family_name": data.last_name})
    profile = _cleaned(form, PROFILE_FIELDS)
    answer = api_signup.complete_profile(
        session_id=str(data.session_id),
        email=profile["email"],
        first_name=profile["given_name"],
        last_name=profile["family_name"],
        caller=caller_of(request),
    )
    return _tokens(answer)


@router.post(
    "/login/",
    response=Tokens,
    exclude_none=True,
    summary="Sign in with the password of a known number",
    openapi_extra=described(
        {"session_id": SESSION, "password": "seven green bicycles"},
        TOKENS,
        refused("password", "wrong_credentials", "This password is not right."),
        schemas.GONE,
        schemas.WRONG_STEP,
        schemas.UNDER_WAY,
        schemas.LOGIN_GONE,
        schemas.REFUSED_ACCOUNT,
        STEP_NEEDED,
    ),
)
def login(request: HttpRequest, data: schemas.PhoneLogin) -> Tokens:
    """Three wrong passwords lock the number and the address for an hour. The session ends with the tokens."""
    _count(request, str(data.session_id))
    return _tokens(flow.sign_in(request, session_id=str(data.session_id), password=data.password))


def _count(request: HttpRequest, session_id: str = "") -> None:
    """Throttle by address and by session: for cost and comfort; what guards secrets is counted in the flow."""
    address = ip_bucket(client_ip_of(request))
    throttle.hit(
        scope="phone-api-address", key=address, limit=conf.API_CALLS_PER_IP_PER_MINUTE, per_seconds=MINUTE
    )
    if session_id:
        throttle.hit(
            scope="phone-api-session",
            key=session_id,
            limit=conf.API_CALLS_PER_SESSION,
            per_seconds=conf.API_SESSION_SECONDS,
        )


def _cleaned(form: forms.Form, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the pages' form makes of the fields. Raises InvalidFields under the API's names."""
    if form.is_valid():
        return dict(form.cleaned_data)
    errors = {
        (names or {}).get(field, field): [str(text) for text in texts] for field, texts in form.errors.items()
    }
    sentences = [sentence for texts in errors.values() for sentence in texts]
    raise InvalidFields(" ".join(sentences), extra={"errors": errors})


def _next(session: ApiSession) -> NextStep:
    return NextStep.model_validate({"session_id": session.id, "next_step": session.step.value})


def _tokens(answer: flow.Tokens) -> Tokens:
    return Tokens.model_validate(answer)
