"""Sign-up, first half: number and code. Known and unknown numbers look alike up to the right code (G11)."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from accounts_app.models import User
from core_app.caller import Caller
from core_app.pages import is_switching, page, see_other, signed_in_page, url_with_next
from otp_app.purposes import Purpose
from phone_auth_app.flows import signup as flow
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.forms import SignupForm
from phone_auth_app.views import code_state, signup_account
from phone_auth_app.views.code_pages import (
    CodeWay,
    code_page,
    once,
    resend_page,
    show_number_form,
    take_number,
)
from sessions_app.browser import browser_binding


@page
def signup(request: HttpRequest) -> HttpResponse:
    """Asks for the number and sends the code."""
    # Named here so that the cookie is set with the form: both halves of a double click are then one browser.
    binding = browser_binding(request)
    context: dict[str, object] = {"login_url": url_with_next("phone_auth:login", request)}
    if request.method == "POST":
        form = SignupForm(request.POST)
        return _where_it_was(request, form) or take_number(
            request, WAY, form, context, partial(flow.start, binding=binding)
        )
    if request.user.is_authenticated and not is_switching(request):
        return signed_in_page(request, "phone_auth:signup", is_signup=True)
    return show_number_form(request, WAY, SignupForm(), context)


@page
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for the code."""
    if code_state.load_proven(request, Purpose.SIGNUP):
        return _to_password(request)
    pending = code_state.load(request, Purpose.SIGNUP)
    return code_page(request, WAY, pending) if pending else signup_account.start_again(request)


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Sends another code and goes back to the page that asks for it, or that leads on."""
    if code_state.load_proven(request, Purpose.SIGNUP):
        return see_other(url_with_next(WAY.code_page, request))
    pending = code_state.load(request, Purpose.SIGNUP)
    return resend_page(request, WAY, pending) if pending else signup_account.start_again(request)


def _where_it_was(request: HttpRequest, form: SignupForm) -> HttpResponse | None:
    """Where the same number, sent again, only leads on to: nothing is sent when it is proven already."""
    if not form.is_valid():
        return None
    phone = form.cleaned_data["phone"]
    if isinstance(request.user, User) and request.user.phone == phone:
        return see_other(url_with_next("phone_auth:signup-profile", request))
    proven = code_state.load_proven(request, Purpose.SIGNUP)
    return see_other(url_with_next(WAY.code_page, request)) if proven and proven.phone == phone else None


def _check(request: HttpRequest, pending: PendingCode, typed: str, caller: Caller) -> HttpResponse:
    proven = once(request, WAY, partial(flow.prove, pending, code=typed, caller=caller))
    if proven is not None:
        code_state.keep_proven(request, proven)
    return _to_password(request)


def _to_password(request: HttpRequest) -> HttpResponse:
    return see_other(url_with_next("phone_auth:signup-password", request))


WAY = CodeWay(
    purpose=Purpose.SIGNUP,
    number_page="phone_auth:signup",
    code_page="phone_auth:signup-verify",
    resend_page="phone_auth:signup-resend",
    template="phone_auth/signup.html",
    code_template="phone_auth/signup_verify.html",
    waited_too_long=signup_account.WAITED_TOO_LONG,
    send_again=flow.send_again,
    check=_check,
)
