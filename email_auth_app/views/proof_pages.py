"""The pages that every way with an e-mail begins with: the address, the code, the link. Ways differ in a `ProofWay`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core_app.caller import Caller, caller_of, client_ip_of
from core_app.errors import AppError
from core_app.pages import refused, see_other, url_with_next
from email_auth_app.conf import conf
from email_auth_app.flows.proofs import PendingProof
from email_auth_app.forms import CodeForm
from email_auth_app.views import state
from limits_app import throttle
from limits_app.network import ip_bucket
from otp_app import links
from otp_app.errors import LinkGone
from otp_app.links import Link
from otp_app.purposes import Purpose

HOUR = 3600

Start = Callable[..., PendingProof]
Check = Callable[[HttpRequest, PendingProof, str, Caller], HttpResponse]
Context = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWay:
    """One way: its purpose, the names of its pages, its words, and the functions of its flow.

    `check` is given a typed code and answers with where to go; it raises what the flow raises.
    """

    purpose: Purpose
    first_page: str
    code_page: str
    resend_page: str
    template: str
    code_template: str
    waited_too_long: str | Promise
    send_again: Start
    check: Check


def take_address(
    request: HttpRequest, way: ProofWay, form: forms.Form, context: Context, start: Start
) -> HttpResponse:
    """Send an e-mail to the address that was typed, unless this browser waits for one to it already."""
    if not form.is_valid():
        return render(request, way.template, {"form": form, **context}, status=400)
    email = form.cleaned_data["email"]
    earlier = state.load(request, way.purpose)
    if earlier is None or earlier.email != email or not earlier.has_live_code():
        _throttle(request, "email-start", conf.EMAIL_STARTS_PER_IP_PER_HOUR)
        try:
            pending = start(email=email, language=get_language() or "", caller=caller_of(request))
        except AppError as error:
            return refused(request, way.template, {"form": form, **context}, error, field="email")
        state.keep(request, pending)
    return see_other(url_with_next(way.code_page, request))


def code_page(request: HttpRequest, way: ProofWay, pending: PendingProof | None) -> HttpResponse:
    """Asks for the code, and checks it."""
    if pending is None:
        return start_again(request, way)
    if request.method != "POST":
        return _ask_code(request, way, pending, CodeForm(digits=pending.digits))
    form = CodeForm(request.POST, digits=pending.digits)
    if not form.is_valid():
        return _ask_code(request, way, pending, form, status=400)
    try:
        return way.check(request, pending, form.cleaned_data["code"], caller_of(request))
    except AppError as error:
        context = _code_context(request, way, pending, form)
        return refused(request, way.code_template, context, error, field="code")


def resend_page(request: HttpRequest, way: ProofWay, pending: PendingProof | None) -> HttpResponse:
    """Sends another e-mail and goes back to the page that asks for its code."""
    if pending is None:
        return start_again(request, way)
    if request.method == "POST":
        try:
            renewed = way.send_again(pending, language=get_language() or "", caller=caller_of(request))
            state.keep(request, renewed)
            messages.success(request, _("A new code is on its way. The earlier one no longer works."))
        except AppError as error:
            messages.warning(request, str(error.message))
    return see_other(url_with_next(way.code_page, request))


def read_link(request: HttpRequest, token: str, purpose: Purpose) -> Link | None:
    """What a link proves, as long as it is good. Nothing is used up: programs open links too."""
    _throttle(request, "email-link", conf.EMAIL_LINKS_PER_IP_PER_HOUR)
    try:
        return links.read(token, purpose=purpose)
    except LinkGone:
        return None


def own_pending(request: HttpRequest, link: Link, purpose: Purpose) -> PendingProof | None:
    """What this browser waits for, if it is what the link proves; None in any other browser."""
    pending = state.load(request, purpose)
    return pending if pending and pending.challenge_id == str(link.challenge_id) else None


def link_page(request: HttpRequest, template: str, link: Link) -> HttpResponse:
    """Asks whether to go on: opening a link changes nothing by itself."""
    return render(request, template, {"email": link.address})


def elsewhere_page(request: HttpRequest) -> HttpResponse:
    """The link was opened in another browser than the one that waits for it: the code goes on there."""
    return render(request, "email_auth/elsewhere.html")


def link_gone_page(request: HttpRequest, way: ProofWay) -> HttpResponse:
    """The link is unknown, too old or used."""
    context = {"again_url": url_with_next(way.first_page, request)}
    return render(request, "email_auth/link_gone.html", context, status=LinkGone.status)


def once(request: HttpRequest, way: ProofWay, check: Callable[[], T]) -> T | None:
    """What the check of a code gives; None when the other half of a double click was faster: the code has done its
    work. Raises what `check` raises.
    """
    try:
        return check()
    except AppError:
        if state.load(request, way.purpose) is None:
            return None
        raise


def start_again(request: HttpRequest, way: ProofWay) -> HttpResponse:
    """There is nothing to go on with: it waited too long, or was finished and a page was sent again."""
    messages.info(request, str(way.waited_too_long))
    return see_other(url_with_next(way.first_page, request))


def _throttle(request: HttpRequest, scope: str, limit: int) -> None:
    throttle.hit(scope=scope, key=ip_bucket(client_ip_of(request)), limit=limit, per_seconds=HOUR)


def _ask_code(
    request: HttpRequest, way: ProofWay, pending: PendingProof, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    context = _code_context(request, way, pending, form)
    return render(request, way.code_template, context, status=status)


def _code_context(request: HttpRequest, way: ProofWay, pending: PendingProof, form: CodeForm) -> Context:
    # Whoever is signed in and wants to be somebody else still does.
    switching = {"prompt": "login"} if way.purpose is Purpose.SIGNUP else {}
    return {
        "form": form,
        # It was typed in this browser a moment ago: shown whole, so that a slip of the finger is seen.
        "email": pending.email,
        "resend_seconds": pending.seconds_to_resend(),
        "resend_url": url_with_next(way.resend_page, request),
        "other_address_url": url_with_next(way.first_page, request, **switching),
    }
