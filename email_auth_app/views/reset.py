"""A forgotten password: address, code or link, new password. Known and unknown addresses see the same pages (G11)."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.forms import NewPasswordForm
from core_app.caller import Caller, caller_of
from core_app.pages import next_of, page, see_other, url_with_next
from email_auth_app.flows import reset as flow
from email_auth_app.flows.proofs import PendingProof
from email_auth_app.flows.reset import ResetGone
from email_auth_app.forms import KnownAddressForm
from email_auth_app.views import state
from email_auth_app.views.proof_pages import (
    ProofWay,
    code_page,
    link_gone_page,
    link_page,
    once,
    read_link,
    resend_page,
    start_again,
    take_address,
)
from otp_app.errors import LinkGone
from otp_app.purposes import Purpose
from sessions_app.browser import browser_binding


@page
def forgot(request: HttpRequest) -> HttpResponse:
    """Asks for the address and sends code and link, if there is somebody to send them to."""
    binding = browser_binding(request)
    context: dict[str, object] = {
        "login_url": url_with_next("email_auth:login", request),
        # Sent here by signing in: an operator, or the person, has had the old password taken away.
        "is_required": "required" in request.GET,
    }
    if request.method == "POST":
        start = partial(flow.start, binding=binding, next_url=next_of(request))
        return take_address(request, WAY, KnownAddressForm(request.POST), context, start)
    return render(request, WAY.template, {"form": KnownAddressForm(), **context})


@page
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code."""
    return code_page(request, WAY, state.load(request, Purpose.RESET))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Sends another e-mail."""
    return resend_page(request, WAY, state.load(request, Purpose.RESET))


@page
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the e-mail, in whichever browser the mailbox is read."""
    found = read_link(request, token, Purpose.RESET)
    if found is None:
        return _gone(request)
    if request.method != "POST":
        return link_page(request, "email_auth/reset_link.html", found)
    try:
        proven = flow.prove_by_link(token, binding=browser_binding(request), caller=caller_of(request))
    except (LinkGone, ResetGone):
        return _gone(request)
    waiting = state.load(request, Purpose.RESET)
    is_own = waiting is not None and waiting.challenge_id == str(found.challenge_id)
    state.keep_proven(request, proven)
    carried = {"next": waiting.next_url} if waiting and is_own and waiting.next_url != "/" else {}
    return see_other(url_with_next("email_auth:reset-password", request, **carried))


@page
def new_password(request: HttpRequest) -> HttpResponse:
    """Asks for the new password and sets it. Whoever comes here without a proof begins at the beginning."""
    pending = state.load_proven(request, Purpose.RESET)
    if pending is None:
        return start_again(request, WAY)
    try:
        person = flow.person_of(pending)
        form = NewPasswordForm(request.POST if request.method == "POST" else None, person=person)
        if not form.is_valid():
            return _ask_password(request, pending, form)
        return _set_password(request, pending, form.cleaned_data["password"])
    except ResetGone:
        state.drop_proven(request, Purpose.RESET)
        return start_again(request, WAY)


def _check(request: HttpRequest, pending: PendingProof, typed: str, caller: Caller) -> HttpResponse:
    proven = once(request, WAY, lambda: flow.prove(pending, code=typed, caller=caller))
    if proven:
        state.keep_proven(request, proven)
    return see_other(url_with_next("email_auth:reset-password", request))


def _set_password(request: HttpRequest, pending: PendingProof, password: str) -> HttpResponse:
    if not state.take_proven(request, Purpose.RESET):
        raise ResetGone
    flow.finish(pending, password=password, caller=caller_of(request))
    messages.success(
        request, _("Your new password is set, and you are signed out everywhere. Sign in with it now.")
    )
    return see_other(url_with_next("email_auth:login", request, prompt="login"))


def _ask_password(request: HttpRequest, pending: PendingProof, form: NewPasswordForm) -> HttpResponse:
    context = {"form": form, "email": pending.email}
    status = 400 if form.is_bound else 200
    return render(request, "email_auth/reset_password.html", context, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    return link_gone_page(request, WAY)


WAY = ProofWay(
    purpose=Purpose.RESET,
    first_page="email_auth:reset",
    code_page="email_auth:reset-verify",
    resend_page="email_auth:reset-resend",
    template="email_auth/reset.html",
    code_template="email_auth/reset_verify.html",
    waited_too_long=gettext_lazy("This took too long. Enter your e-mail address to start again."),
    send_again=flow.send_again,
    check=_check,
)
