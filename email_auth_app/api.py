"""The JSON doors for apps that show their own pages: sign up and in by e-mail, and a forgotten password."""

from collections.abc import Mapping

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router, Status

from accounts_app.forms import NameForm
from core_app.caller import caller_of, client_ip_of
from core_app.errors import AppError
from email_auth_app import api_schemas as schemas
from email_auth_app.api_schemas import Begun, described
from email_auth_app.conf import conf
from email_auth_app.flows import api_flow as flow
from email_auth_app.forms import CodeForm, KnownAddressForm
from limits_app import throttle
from limits_app.network import ip_bucket
from otp_app.purposes import Purpose
from sessions_app.app_logins import STEP_NEEDED, Tokens

MINUTE = 60
NAMES = {"given_name": "first_name", "family_name": "last_name"}

router = Router(tags=["Sign up and in by e-mail"])


class InvalidFields(AppError):
    """Fields whose form is right and whose content is not."""

    code = "invalid_fields"
    status = 422


@router.post(
    "/register/",
    response=Begun,
    summary="Begin with an e-mail address",
    openapi_extra=described(schemas.TOO_SOON),
)
def register(request: HttpRequest, data: schemas.Begin) -> Begun:
    """Sends a code, to known and unknown addresses alike. Go on with /api/auth/verify-email/."""
    _count(request)
    session_id = flow.register(
        email=_address(data.email),
        device_id=data.device_id or "",
        language=get_language() or "",
        caller=caller_of(request),
    )
    return _begun(session_id)


@router.post(
    "/verify-email/",
    response=Tokens,
    exclude_none=True,
    summary="Prove the address, choose a password and get the tokens",
    openapi_extra=described(
        schemas.GONE,
        schemas.WRONG_CODE,
        schemas.EXPIRED_CODE,
        schemas.WEAK,
        schemas.TAKEN,
        schemas.UNDER_WAY,
        schemas.EXHAUSTED,
        schemas.LOGIN_GONE,
        schemas.REFUSED_ACCOUNT,
        STEP_NEEDED,
    ),
)
def verify_email(request: HttpRequest, data: schemas.VerifyEmail) -> Tokens:
    """Makes the account. A weak password is told before the code is used up; that an address has an account already,
    only after the right code.
    """
    _count(request)
    names = _cleaned(NameForm({"given_name": data.first_name, "family_name": data.last_name}), names=NAMES)
    answer = flow.verify_email(
        session_id=str(data.session_id),
        code=_code(data.code, Purpose.SIGNUP),
        password=data.password,
        given_name=names["given_name"],
        family_name=names["family_name"],
        caller=caller_of(request),
    )
    return Tokens.model_validate(answer)


@router.post(
    "/login/",
    response=Tokens,
    exclude_none=True,
    summary="Sign in with address and password",
    openapi_extra=described(
        schemas.WRONG_CREDENTIALS, schemas.LOGIN_GONE, STEP_NEEDED, schemas.REFUSED_ACCOUNT
    ),
)
def login(request: HttpRequest, data: schemas.EmailLogin) -> Tokens:
    """Three wrong passwords lock the address for an hour."""
    _count(request)
    answer = flow.sign_in(
        request, email=_address(data.email), password=data.password, device_id=data.device_id or ""
    )
    return Tokens.model_validate(answer)


@router.post(
    "/password/forgot/",
    response=Begun,
    summary="Ask for a code to set a new password",
    openapi_extra=described(schemas.TOO_SOON),
)
def forgot(request: HttpRequest, data: schemas.Begin) -> Begun:
    """Answers alike whether or not the address has an account. Go on with /api/auth/password/reset/."""
    _count(request)
    session_id = flow.forgot(
        email=_address(data.email),
        device_id=data.device_id or "",
        language=get_language() or "",
        caller=caller_of(request),
    )
    return _begun(session_id)


@router.post(
    "/password/reset/",
    response={204: None},
    summary="Set a new password with the code",
    openapi_extra=described(
        schemas.GONE,
        schemas.WRONG_CODE,
        schemas.EXPIRED_CODE,
        schemas.WEAK,
        schemas.UNDER_WAY,
        schemas.EXHAUSTED,
    ),
)
def reset(request: HttpRequest, data: schemas.ResetPassword) -> Status[None]:
    """Ends every sign-in of the person and signs nobody in. After `weak_password` the right code need not be sent
    again.
    """
    _count(request)
    code = _code(data.code, Purpose.RESET) if data.code else ""
    flow.set_forgotten(
        session_id=str(data.session_id), code=code, password=data.password, caller=caller_of(request)
    )
    return Status(204, None)


def _count(request: HttpRequest) -> None:
    """Throttle by address: for cost and comfort; what guards secrets is counted in the flow."""
    throttle.hit(
        scope="email-api",
        key=ip_bucket(client_ip_of(request)),
        limit=conf.EMAIL_API_CALLS_PER_IP_PER_MINUTE,
        per_seconds=MINUTE,
    )


def _begun(session_id: str) -> Begun:
    return Begun.model_validate({"session_id": session_id})


def _address(text: str) -> str:
    return _cleaned(KnownAddressForm({"email": text}))["email"]


def _code(text: str, purpose: Purpose) -> str:
    return _cleaned(CodeForm({"code": text}, digits=purpose.digits))["code"]


def _cleaned(form: forms.Form, *, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the pages' form makes of the fields. Raises InvalidFields under the API's names."""
    if form.is_valid():
        return dict(form.cleaned_data)
    errors = {
        (names or {}).get(field, field): [str(text) for text in texts] for field, texts in form.errors.items()
    }
    sentences = [sentence for texts in errors.values() for sentence in texts]
    raise InvalidFields(" ".join(sentences), extra={"errors": errors})
