"""A new password for the caller: the present one is asked for, every other sign-in ends."""

from typing import Annotated

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Status

from accounts_app.passwords import normalise_password
from core_app.caller import caller_of
from core_app.errors import AppError
from core_app.problems import problem
from email_auth_app.flows import change_password as flow
from email_auth_app.flows.api_flow import acceptable
from self_service_app.api.person import signed_in
from self_service_app.api.schemas import described
from sessions_app.app_logins import Body

router = Router(tags=["Password"])


class FreshSignInNeeded(AppError):
    """There is no password to ask for, and the sign-in was proven too long ago."""

    code = "login_required"
    status = 403


class ChangePassword(Body):
    current_password: Annotated[
        str,
        Field(
            max_length=1000,
            description="Empty only where there is none yet.",
            examples=["seven green bicycles"],
        ),
    ] = ""
    new_password: Annotated[str, Field(min_length=1, max_length=1000, examples=["nine purple umbrellas"])]


@router.post(
    "/password/change/",
    response={204: None},
    summary="Change my password",
    openapi_extra=described(
        problem(status=400, code="wrong_password", detail="This is not your present password."),
        problem(status=422, code="weak_password", detail="Use at least 8 characters."),
        problem(status=403, code="login_required", detail="Sign in again to choose a first password."),
        problem(status=409, code="password_changed_meanwhile", detail="Your password was changed meanwhile."),
        problem(status=429, code="too_many_attempts", detail="There were too many failed attempts."),
    ),
)
def change(request: HttpRequest, data: ChangePassword) -> Status[None]:
    """Every other sign-in ends, with its tokens; the caller's goes on."""
    session = signed_in(request)
    if flow.wants_fresh_sign_in(session):
        raise FreshSignInNeeded(_("Sign in again to choose a first password."))
    caller = caller_of(request)
    chosen = acceptable(data.new_password, session.user)
    flow.check_current(
        session.user,
        password=normalise_password(data.current_password),
        binding=session.device.browser_hash if session.device else "",
        caller=caller,
    )
    changed = flow.finish(session, password=chosen, caller=caller)
    if not request.headers.get("Authorization"):
        # The browser's session goes on with the new password; its key changes (I01).
        request.user = changed
        update_session_auth_hash(request, changed)
    return Status(204, None)
