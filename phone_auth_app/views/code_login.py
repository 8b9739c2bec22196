"""Signing in with a code alone. Known and unknown numbers see the same pages (G11)."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core_app.caller import Caller
from core_app.pages import is_switching, next_of, page, see_other, signed_in_page, url_with_next
from otp_app.purposes import Purpose
from phone_auth_app.flows import code_login as flow
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.forms import KnownNumberForm
from phone_auth_app.views import code_state
from phone_auth_app.views.code_pages import (
    CodeWay,
    code_page,
    once,
    resend_page,
    show_number_form,
    take_number,
)
from sessions_app.browser import browser_binding
from sessions_app.login import prove


@page
def number(request: HttpRequest) -> HttpResponse:
    """Asks for the number and sends the code, if there is somebody to send it to."""
    binding = browser_binding(request)
    context: dict[str, object] = {
        "password_url": url_with_next("phone_auth:login", request),
        "signup_url": url_with_next("phone_auth:signup", request),
    }
    if request.method == "POST":
        start = partial(flow.start, binding=binding)
        return take_number(request, WAY, KnownNumberForm(request.POST), context, start)
    if request.user.is_authenticated and not is_switching(request):
        return signed_in_page(request, "phone_auth:code-login")
    return show_number_form(request, WAY, KnownNumberForm(), context)


@page
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code and signs in."""
    return code_page(request, WAY, code_state.load(request, Purpose.LOGIN))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Sends another code."""
    return resend_page(request, WAY, code_state.load(request, Purpose.LOGIN))


def _sign_in(request: HttpRequest, pending: PendingCode, typed: str, caller: Caller) -> HttpResponse:
    person = once(request, WAY, partial(flow.finish, pending, code=typed, caller=caller))
    if person is None:
        return see_other(next_of(request))
    code_state.drop(request, Purpose.LOGIN)
    code_state.drop_proven(request, Purpose.SIGNUP)
    return see_other(prove(request, user=person, methods=["sms"], next_url=next_of(request)))


WAY = CodeWay(
    purpose=Purpose.LOGIN,
    number_page="phone_auth:code-login",
    code_page="phone_auth:code-login-verify",
    resend_page="phone_auth:code-login-resend",
    template="phone_auth/code_login.html",
    code_template="phone_auth/code_login_verify.html",
    waited_too_long=_("This sign-in waited too long. Enter your number to start again."),
    send_again=flow.send_again,
    check=_sign_in,
)
