"""The two pages that every way with a code begins with: the number, and the code. Ways differ in a `CodeWay`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts_app.identifiers import mask_phone
from core_app.caller import Caller, caller_of, client_ip_of
from core_app.errors import AppError
from core_app.pages import refused, see_other, url_with_next
from limits_app import throttle
from otp_app.purposes import Purpose
from phone_auth_app.conf import conf
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.forms import CodeForm, NumberForm
from phone_auth_app.views import code_state
from phone_auth_app.views.numbers import count_bad_number

HOUR = 3600

Start = Callable[..., PendingCode]
Check = Callable[[HttpRequest, PendingCode, str, Caller], HttpResponse]
Context = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWay:
    """One way: its purpose, the names of its pages, its words, and the functions of its flow.

    `check` is given a typed code and answers with where to go; it raises what the flow raises.
    """

    purpose: Purpose
    number_page: str
    code_page: str
    resend_page: str
    template: str
    code_template: str
    waited_too_long: str | Promise
    send_again: Start
    check: Check


def show_number_form(
    request: HttpRequest, way: CodeWay, form: NumberForm, context: Context, *, status: int = 200
) -> HttpResponse:
    """The page that asks for the number."""
    return render(request, way.template, {"form": form, **context}, status=status)


def take_number(
    request: HttpRequest, way: CodeWay, form: NumberForm, context: Context, start: Start
) -> HttpResponse:
    """Send a code to the number that was typed, unless this browser waits for one to it already."""
    if not form.is_valid():
        count_bad_number(request, form)
        return show_number_form(request, way, form, context, status=400)
    phone = form.cleaned_data["phone"]
    earlier = code_state.load(request, way.purpose)
    if earlier is None or earlier.phone != phone or not earlier.has_live_code():
        _count_start(request, way.purpose)
        try:
            pending = start(phone=phone, language=get_language() or "", caller=caller_of(request))
        except AppError as error:
            return refused(request, way.template, {"form": form, **context}, error, field="phone")
        code_state.keep(request, pending)
    return see_other(url_with_next(way.code_page, request))


def code_page(request: HttpRequest, way: CodeWay, pending: PendingCode | None) -> HttpResponse:
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


def resend_page(request: HttpRequest, way: CodeWay, pending: PendingCode | None) -> HttpResponse:
    """Sends another code and goes back to the page that asks for it."""
    if pending is None:
        return start_again(request, way)
    if request.method == "POST":
        try:
            renewed = way.send_again(pending, language=get_language() or "", caller=caller_of(request))
            code_state.keep(request, renewed)
            messages.success(request, _("A new code is on its way. The earlier one no longer works."))
        except AppError as error:
            messages.warning(request, str(error.message))
    return see_other(url_with_next(way.code_page, request))


def once(request: HttpRequest, way: CodeWay, check: Callable[[], T]) -> T | None:
    """What the check of a code gives; None when the other half of a double click was faster: the code has done its
    work. Raises what `check` raises.
    """
    try:
        return check()
    except AppError:
        if code_state.load(request, way.purpose) is None:
            return None
        raise


def start_again(request: HttpRequest, way: CodeWay) -> HttpResponse:
    """There is nothing to go on with: it waited too long, or was finished and a page was sent again."""
    messages.info(request, str(way.waited_too_long))
    return see_other(url_with_next(way.number_page, request))


def _count_start(request: HttpRequest, purpose: Purpose) -> None:
    is_signup = purpose is Purpose.SIGNUP
    scope = "signup-start" if is_signup else "code-start"
    limit = conf.SIGNUP_STARTS_PER_IP_PER_HOUR if is_signup else conf.CODE_STARTS_PER_IP_PER_HOUR
    throttle.hit(scope=scope, key=client_ip_of(request), limit=limit, per_seconds=HOUR)


def _ask_code(
    request: HttpRequest, way: CodeWay, pending: PendingCode, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    context = _code_context(request, way, pending, form)
    return render(request, way.code_template, context, status=status)


def _code_context(request: HttpRequest, way: CodeWay, pending: PendingCode, form: CodeForm) -> Context:
    # Whoever is signed in and wants to be somebody else still does.
    switching = {"prompt": "login"} if way.purpose in {Purpose.LOGIN, Purpose.SIGNUP} else {}
    return {
        "form": form,
        "masked_phone": mask_phone(pending.phone),
        "resend_seconds": pending.seconds_to_resend(),
        "resend_url": url_with_next(way.resend_page, request),
        "other_number_url": url_with_next(way.number_page, request, **switching),
    }
