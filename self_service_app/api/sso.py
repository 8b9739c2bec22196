"""Single sign-on by JSON: a page of our own without a form post signs its browser in, and a person out everywhere."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy as _
from ninja import Router

from core_app.caller import caller_of, client_ip_of
from core_app.errors import AppError
from core_app.problems import documented, problem
from custom_scopes_and_policies_app.logout import end_everything
from limits_app import throttle
from limits_app.network import ip_bucket
from phone_auth_app.flows.password_login import WrongCredentials, check_password
from phone_auth_app.forms import LoginForm
from phone_auth_app.views.numbers import count_bad_number
from self_service_app.api.person import signed_in
from self_service_app.api.schemas import AWAY, CookieSession, Ended, SsoLogin, described
from self_service_app.api.sessions import facts_of
from self_service_app.conf import conf
from sessions_app.browser import browser_binding
from sessions_app.gate import require_open
from sessions_app.login import StepNeeded, prove
from sessions_app.logout import sign_out
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

MINUTE = 60
HOME = "/"

router = Router(tags=["Single sign-on"])


class InvalidFields(AppError):
    """Fields whose form is right and whose content is not."""

    code = "invalid_fields"
    status = 422


@router.post(
    "/sso/login",
    response=CookieSession,
    summary="Sign this browser in",
    openapi_extra={
        "responses": documented(
            problem(
                status=400, code="wrong_credentials", detail="The phone number or the password is not right."
            ),
            problem(
                status=403,
                code="login_step_needed",
                detail="This account needs one more step.",
                extra={"next_url": "/…"},
            ),
            problem(status=429, code="too_many_attempts", detail="There were too many failed attempts."),
            AWAY,
        )
    },
)
def login(request: HttpRequest, data: SsoLogin) -> dict[str, Any]:
    """Number and password; the answer sets the session cookie that all apps' authorization requests find.

    Only a body of application/json is read, which no other site can send without asking.
    """
    throttle.hit(
        scope="sso-api",
        key=ip_bucket(client_ip_of(request)),
        limit=conf.SSO_LOGINS_PER_IP_PER_MINUTE,
        per_seconds=MINUTE,
    )
    form = LoginForm({"phone": data.mobile_number, "password": data.password})
    if not form.is_valid():
        count_bad_number(request, form)
        raise InvalidFields(
            _("This is not a complete phone number. Check the digits."), field="mobile_number"
        )
    next_url = _prove(request, phone=form.cleaned_data["phone"], password=form.cleaned_data["password"])
    session = sso_session_of(request)
    if next_url != HOME or session is None:
        raise StepNeeded(_("This account needs one more step."), extra={"next_url": next_url})
    return {**facts_of(session, session), "sub": session.user.sub, "csrf_token": get_token(request)}


@router.post("/logout", response=Ended, summary="Sign out everywhere", openapi_extra=described())
def logout(request: HttpRequest) -> dict[str, int]:
    """Ends every sign-in of the person, this one too, and every token."""
    session = signed_in(request)
    ended = end_everything(user=session.user, caller=caller_of(request))
    if not request.headers.get("Authorization"):
        sign_out(request, reason=SsoSession.EndReason.LOGOUT)
    return {"ended": ended}


def _prove(request: HttpRequest, *, phone: str, password: str) -> str:
    """Where the way of signing in leads next. Raises WrongCredentials and Locked."""
    try:
        person = check_password(request, phone=phone, password=password)
    except WrongCredentials:
        # The lock that this failure may have made is said here, not by axes' page for browsers.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        require_open(account=phone, caller=caller_of(request), binding=browser_binding(request))
        raise
    return prove(request, user=person, methods=["pwd"], next_url=HOME)
