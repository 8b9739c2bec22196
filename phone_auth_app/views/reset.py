"""A forgotten password: number, code, new password. Known and unknown numbers see the same pages (G11)."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.forms import NewPasswordForm
from accounts_app.models import User
from core_app.caller import Caller, caller_of
from core_app.pages import page, see_other, url_with_next
from otp_app.purposes import Purpose
from phone_auth_app.flows import reset as flow
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.flows.reset import ResetGone
from phone_auth_app.forms import KnownNumberForm
from phone_auth_app.views import code_state
from phone_auth_app.views.code_pages import (
    CodeWay,
    code_page,
    once,
    resend_page,
    show_number_form,
    start_again,
    take_number,
)
from sessions_app.browser import browser_binding


@page
def number(request: HttpRequest) -> HttpResponse:
    """Asks for the number and sends the code, if there is somebody to send it to."""
    binding = browser_binding(request)
    context: dict[str, object] = {
        "login_url": url_with_next("phone_auth:login", request),
        # Sent here by signing in: an operator, or the person, has had the old password taken away.
        "is_required": "required" in request.GET,
    }
    if request.method == "POST":
        start = partial(flow.start, binding=binding)
        return take_number(request, WAY, KnownNumberForm(request.POST), context, start)
    return show_number_form(request, WAY, KnownNumberForm(), context)


@page
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code."""
    return code_page(request, WAY, code_state.load(request, Purpose.RESET))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Sends another code."""
    return resend_page(request, WAY, code_state.load(request, Purpose.RESET))


@page
def new_password(request: HttpRequest) -> HttpResponse:
    """Asks for the new password and sets it. Whoever comes here without a proof begins at the beginning."""
    pending = code_state.load_proven(request, Purpose.RESET)
    if pending is None:
        return start_again(request, WAY)
    try:
        person = flow.person_of(pending)
        form = NewPasswordForm(request.POST if request.method == "POST" else None, person=person)
        if not form.is_valid():
            return _ask_password(request, person, form)
        return _set_password(request, pending, form.cleaned_data["password"])
    except ResetGone:
        code_state.drop_proven(request, Purpose.RESET)
        return start_again(request, WAY)


def _check(request: HttpRequest, pending: PendingCode, typed: str, caller: Caller) -> HttpResponse:
    proven = once(request, WAY, partial(flow.prove, pending, code=typed, caller=caller))
    if proven is not None:
        code_state.keep_proven(request, proven)
    return see_other(url_with_next("phone_auth:reset-password", request))


def _set_password(request: HttpRequest, pending: PendingCode, password: str) -> HttpResponse:
    if not code_state.take_proven(request, Purpose.RESET):
        raise ResetGone
    flow.finish(pending, password=password, caller=caller_of(request))
    messages.success(
        request, _("Your new password is set, and you are signed out everywhere. Sign in with it now.")
    )
    return see_other(url_with_next("phone_auth:login", request, prompt="login"))


def _ask_password(request: HttpRequest, person: User, form: NewPasswordForm) -> HttpResponse:
    context = {"form": form, "phone": person.phone}
    status = 400 if form.is_bound else 200
    return render(request, "phone_auth/reset_password.html", context, status=status)


WAY = CodeWay(
    purpose=Purpose.RESET,
    number_page="phone_auth:reset",
    code_page="phone_auth:reset-verify",
    resend_page="phone_auth:reset-resend",
    template="phone_auth/reset.html",
    code_template="phone_auth/reset_verify.html",
    waited_too_long=gettext_lazy("This took too long. Enter your number to start again."),
    send_again=flow.send_again,
    check=_check,
)
