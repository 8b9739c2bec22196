"""Sign-up: address, code or link, password. Known and unknown addresses look alike up to the proof (G11)."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from accounts_app.services import EmailTaken
from core_app.caller import Caller, caller_of
from core_app.pages import is_switching, next_of, page, see_other, signed_in_page, url_with_next
from email_auth_app.flows import proofs
from email_auth_app.flows import signup as flow
from email_auth_app.flows.proofs import PendingProof
from email_auth_app.forms import AccountForm, SignupForm
from email_auth_app.views import state
from email_auth_app.views.proof_pages import (
    ProofWay,
    code_page,
    elsewhere_page,
    link_gone_page,
    link_page,
    once,
    own_pending,
    read_link,
    resend_page,
    start_again,
    take_address,
)
from otp_app import links
from otp_app.errors import LinkGone
from otp_app.purposes import Purpose
from sessions_app.browser import browser_binding
from sessions_app.login import prove


@page
def signup(request: HttpRequest) -> HttpResponse:
    """Asks for the address and sends code and link."""
    # Named here so that the cookie is set with the form: both halves of a double click are then one browser.
    binding = browser_binding(request)
    context: dict[str, object] = {"login_url": url_with_next("email_auth:login", request)}
    if request.method == "POST":
        start = partial(flow.start, binding=binding, next_url=next_of(request))
        form = SignupForm(request.POST)
        return _where_it_was(request, form) or take_address(request, WAY, form, context, start)
    if request.user.is_authenticated and not is_switching(request):
        return signed_in_page(request, "email_auth:signup", is_signup=True)
    return render(request, WAY.template, {"form": SignupForm(), **context})


@page
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for the code."""
    if state.load_proven(request, Purpose.SIGNUP):
        return _to_password(request)
    return code_page(request, WAY, state.load(request, Purpose.SIGNUP))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Sends another e-mail."""
    if state.load_proven(request, Purpose.SIGNUP):
        return _to_password(request)
    return resend_page(request, WAY, state.load(request, Purpose.SIGNUP))


@page
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the e-mail: goes on in the browser that began, and gives nothing to any other."""
    found = read_link(request, token, Purpose.SIGNUP)
    if found is None:
        return _to_password(request) if state.load_proven(request, Purpose.SIGNUP) else _gone(request)
    pending = own_pending(request, found, Purpose.SIGNUP)
    if pending is None:
        return elsewhere_page(request)
    if request.method != "POST":
        return link_page(request, "email_auth/signup_link.html", found)
    try:
        links.use(token, purpose=Purpose.SIGNUP, caller=caller_of(request))
    except LinkGone:
        return _gone(request)
    return _go_on(request, pending)


@page
def password(request: HttpRequest) -> HttpResponse:
    """Asks for password and name and makes the account; tells the holder of a known address to sign in instead."""
    pending = state.load_proven(request, Purpose.SIGNUP)
    if pending is None:
        return _without_proof(request)
    holder = flow.holder_of(pending)
    if holder is not None:
        return _already(request, pending, holder)
    form = AccountForm(request.POST if request.method == "POST" else None, person=flow.person_to_be(pending))
    if not form.is_valid():
        context = {"form": form, "email": pending.email}
        return render(request, "email_auth/account.html", context, status=400 if form.is_bound else 200)
    return _create(request, pending, form)


def _check(request: HttpRequest, pending: PendingProof, typed: str, caller: Caller) -> HttpResponse:
    if once(request, WAY, lambda: _is_right(pending, typed, caller)):
        return _go_on(request, pending)
    return _to_password(request)


def _is_right(pending: PendingProof, typed: str, caller: Caller) -> bool:
    proofs.check(pending, code=typed, caller=caller)
    return True


def _go_on(request: HttpRequest, pending: PendingProof) -> HttpResponse:
    state.keep_proven(request, pending.proven())
    return _to_password(request, pending)


def _create(request: HttpRequest, pending: PendingProof, form: AccountForm) -> HttpResponse:
    try:
        person = flow.finish(
            pending,
            password=form.cleaned_data["password"],
            given_name=form.cleaned_data["given_name"],
            family_name=form.cleaned_data["family_name"],
            caller=caller_of(request),
        )
    except EmailTaken:
        # Somebody was faster, or this form was sent twice: the page itself knows which.
        return _to_password(request)
    _forget(request)
    return see_other(prove(request, user=person, methods=["email"], next_url=next_of(request)))


def _already(request: HttpRequest, pending: PendingProof, holder: User) -> HttpResponse:
    if flow.is_own(pending, holder):
        _forget(request)
        return see_other(next_of(request))
    context = {
        "email": pending.email,
        "login_url": url_with_next("email_auth:login", request),
        "other_address_url": url_with_next("email_auth:signup", request, prompt="login"),
    }
    return render(request, "email_auth/known.html", context)


def _where_it_was(request: HttpRequest, form: SignupForm) -> HttpResponse | None:
    """Where the same address, sent again, only leads on to: nothing is sent when it is proven already."""
    if not form.is_valid():
        return None
    proven = state.load_proven(request, Purpose.SIGNUP)
    return _to_password(request) if proven and proven.email == form.cleaned_data["email"] else None


def _without_proof(request: HttpRequest) -> HttpResponse:
    if state.load(request, Purpose.SIGNUP) is not None:
        return see_other(url_with_next(WAY.code_page, request))
    if request.user.is_authenticated:
        # Finished already: the last page was sent again.
        return see_other(next_of(request))
    return start_again(request, WAY)


def _to_password(request: HttpRequest, pending: PendingProof | None = None) -> HttpResponse:
    """With the way's own end, for whoever comes by the link, whose address does not name it."""
    carried = {"next": pending.next_url} if pending and pending.next_url != "/" else {}
    return see_other(url_with_next("email_auth:signup-password", request, **carried))


def _gone(request: HttpRequest) -> HttpResponse:
    return link_gone_page(request, WAY)


def _forget(request: HttpRequest) -> None:
    state.drop_proven(request, Purpose.SIGNUP)
    state.drop(request, Purpose.SIGNUP)


WAY = ProofWay(
    purpose=Purpose.SIGNUP,
    first_page="email_auth:signup",
    code_page="email_auth:signup-verify",
    resend_page="email_auth:signup-resend",
    template="email_auth/signup.html",
    code_template="email_auth/signup_verify.html",
    waited_too_long=_("This sign-up waited too long. Enter your e-mail address to start again."),
    send_again=flow.send_again,
    check=_check,
)
