"""Sign-up, first half: number and code. Known and unknown numbers look alike up to the right code (G11)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from core_app.caller import caller_of, client_ip_of
from core_app.errors import AppError
from limits_app import throttle
from phone_auth_app.conf import conf
from phone_auth_app.flows import signup as flow
from phone_auth_app.flows.pending import PendingSignup
from phone_auth_app.forms import CodeForm, SignupForm
from phone_auth_app.views import signup_state
from phone_auth_app.views.numbers import count_bad_number
from phone_auth_app.views.pages import is_switching, page, refused, see_other, url_with_next
from phone_auth_app.views.signed_in import signed_in_page
from sessions_app.browser import browser_binding

HOUR = 3600


@page
def signup(request: HttpRequest) -> HttpResponse:
    """Asks for the number and sends the code."""
    if request.method == "POST":
        return _start(request)
    # Named here so that the cookie is set with the form: both halves of a double click are then one browser.
    browser_binding(request)
    if request.user.is_authenticated and not is_switching(request):
        return signed_in_page(request, "phone_auth:signup", is_signup=True)
    return render(request, "phone_auth/signup.html", _phone_context(request, SignupForm()))


@page
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for the code."""
    pending = signup_state.load(request)
    if pending is None:
        return start_again(request)
    if pending.is_proven:
        return see_other(url_with_next("phone_auth:signup-password", request))
    if request.method == "POST":
        return _check_code(request, pending)
    return render(request, "phone_auth/verify.html", _code_context(request, pending, CodeForm()))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Sends another code and goes back to the page that asks for it."""
    pending = signup_state.load(request)
    if pending is None:
        return start_again(request)
    if request.method == "POST" and not pending.is_proven:
        try:
            renewed = flow.resend_code(pending, language=get_language() or "", caller=caller_of(request))
            signup_state.keep(request, renewed)
            messages.success(request, _("A new code is on its way. The earlier one no longer works."))
        except AppError as error:
            messages.warning(request, str(error.message))
    return see_other(url_with_next("phone_auth:signup-verify", request))


def start_again(request: HttpRequest) -> HttpResponse:
    """There is no sign-up to go on with: it waited too long, or it is finished and a page was sent again."""
    if request.user.is_authenticated:
        return see_other(url_with_next("phone_auth:signup-profile", request))
    messages.info(request, _("This sign-up waited too long. Enter your number to start again."))
    return see_other(url_with_next("phone_auth:signup", request))


def _start(request: HttpRequest) -> HttpResponse:
    form = SignupForm(request.POST)
    if not form.is_valid():
        count_bad_number(request, form)
        return render(request, "phone_auth/signup.html", _phone_context(request, form), status=400)
    phone = form.cleaned_data["phone"]
    if isinstance(request.user, User) and request.user.phone == phone:
        # Finished already: the first page was sent again.
        return see_other(url_with_next("phone_auth:signup-profile", request))
    earlier = signup_state.load(request)
    if earlier is None or earlier.phone != phone or _needs_code(earlier):
        _count_start(request)
        try:
            signup_state.keep(request, _send_first_code(request, phone))
        except AppError as error:
            context = _phone_context(request, form)
            return refused(request, "phone_auth/signup.html", context, error, field="phone")
    return see_other(url_with_next("phone_auth:signup-verify", request))


def _needs_code(pending: PendingSignup) -> bool:
    """Whether the same number again wants a new code; otherwise it only leads on to where it was."""
    return not pending.is_proven and not flow.has_live_code(pending)


def _send_first_code(request: HttpRequest, phone: str) -> PendingSignup:
    return flow.start(
        phone=phone,
        binding=browser_binding(request),
        language=get_language() or "",
        caller=caller_of(request),
    )


def _count_start(request: HttpRequest) -> None:
    throttle.hit(
        scope="signup-start",
        key=client_ip_of(request),
        limit=conf.SIGNUP_STARTS_PER_IP_PER_HOUR,
        per_seconds=HOUR,
    )


def _check_code(request: HttpRequest, pending: PendingSignup) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return render(request, "phone_auth/verify.html", _code_context(request, pending, form), status=400)
    try:
        proven = flow.prove_phone(pending, code=form.cleaned_data["code"], caller=caller_of(request))
    except AppError as error:
        if signup_state.load(request) is None:
            # The other half of a double click was faster: this code has done its work.
            return see_other(url_with_next("phone_auth:signup-password", request))
        return refused(
            request, "phone_auth/verify.html", _code_context(request, pending, form), error, field="code"
        )
    signup_state.keep_proven(request, proven)
    return see_other(url_with_next("phone_auth:signup-password", request))


def _phone_context(request: HttpRequest, form: SignupForm) -> dict[str, object]:
    return {"form": form, "login_url": url_with_next("phone_auth:login", request)}


def _code_context(request: HttpRequest, pending: PendingSignup, form: CodeForm) -> dict[str, object]:
    return {
        "form": form,
        "masked_phone": mask_phone(pending.phone),
        "resend_seconds": flow.seconds_to_resend(pending),
        "resend_url": url_with_next("phone_auth:signup-resend", request),
        "other_number_url": url_with_next("phone_auth:signup", request, prompt="login"),
    }
