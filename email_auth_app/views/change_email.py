"""My e-mail address: another one in its place, or the first proof of one; and taking that back."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.email_changes import EmailChangedMeanwhile
from accounts_app.phone_changes import UndoRefused
from accounts_app.services import EmailTaken
from core_app.caller import Caller, caller_of, client_ip_of
from core_app.pages import page, see_other
from email_auth_app.conf import conf
from email_auth_app.flows import change_email as flow
from email_auth_app.flows import proofs
from email_auth_app.flows.proofs import PendingProof
from email_auth_app.forms import NewAddressForm
from email_auth_app.views import state
from email_auth_app.views.proof_pages import (
    HOUR,
    ProofWay,
    code_page,
    elsewhere_page,
    link_gone_page,
    link_page,
    own_pending,
    read_link,
    resend_page,
    take_address,
)
from limits_app import throttle
from limits_app.network import ip_bucket
from otp_app import links
from otp_app.errors import LinkGone
from otp_app.purposes import Purpose
from sessions_app.browser import browser_binding
from sessions_app.guard import signed_in, to_login
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

FIRST_PAGE = "email_auth:change"


@signed_in(back_to=FIRST_PAGE)
def address(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Asks for the address and sends it code and link. A sign-in that is not fresh is asked for again."""
    if not flow.is_fresh(session):
        return to_login(next_path=request.path, prompt="login")
    person = session.user
    unverified = "" if person.email_identifier else person.email
    context: dict[str, object] = {
        "present_email": person.email_identifier or "",
        "unverified_email": unverified,
        "account_url": reverse("account:overview"),
    }
    if request.method == "POST":
        start = partial(flow.start, session, binding=browser_binding(request))
        return take_address(request, WAY, NewAddressForm(request.POST), context, start)
    return render(request, WAY.template, {"form": NewAddressForm(initial={"email": unverified}), **context})


@signed_in(back_to=FIRST_PAGE)
def code(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Asks for the code and changes the address."""
    return code_page(request, WAY, _pending_of(request, session))


@signed_in(back_to=FIRST_PAGE)
def resend(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Sends another e-mail."""
    return resend_page(request, WAY, _pending_of(request, session))


@page
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the e-mail: goes on in the browser and the sign-in that began, and does nothing in any other."""
    found = read_link(request, token, Purpose.EMAIL)
    if found is None:
        return link_gone_page(request, WAY)
    session = sso_session_of(request)
    pending = own_pending(request, found, Purpose.EMAIL)
    if session is None or pending is None or not flow.belongs_to(pending, session):
        return elsewhere_page(request)
    if request.method != "POST":
        return link_page(request, "email_auth/change_link.html", found)
    try:
        links.use(token, purpose=Purpose.EMAIL, caller=caller_of(request))
    except LinkGone:
        return link_gone_page(request, WAY)
    return _finish(request, session, pending, caller_of(request))


@page
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a notice. It asks first: mail programs open links by themselves."""
    throttle.hit(
        scope="email-undo",
        key=ip_bucket(client_ip_of(request)),
        limit=conf.EMAIL_LINKS_PER_IP_PER_HOUR,
        per_seconds=HOUR,
    )
    try:
        if request.method == "POST":
            change = flow.undo(token, caller=caller_of(request))
            context = {"old_email": change.old_email, "reset_url": resolve_url(settings.RESET_URL)}
            return render(request, "email_auth/undone.html", context)
        change = flow.undoable(token)
        context = {"old_email": change.old_email, "new_email": change.new_email}
        return render(request, "email_auth/undo.html", context)
    except (UndoRefused, EmailTaken) as error:
        return render(request, "email_auth/undo_refused.html", {"error": error}, status=error.status)


def _check(request: HttpRequest, pending: PendingProof, typed: str, caller: Caller) -> HttpResponse:
    session = sso_session_of(request)
    if session is None:
        return to_login(next_path=reverse(FIRST_PAGE))
    proofs.check(pending, code=typed, caller=caller)
    return _finish(request, session, pending, caller)


def _finish(request: HttpRequest, session: SsoSession, pending: PendingProof, caller: Caller) -> HttpResponse:
    # The proof is used up: there is nothing more to type, however this ends.
    state.drop(request, Purpose.EMAIL)
    try:
        flow.finish(pending, user=session.user, caller=caller)
    except (EmailTaken, EmailChangedMeanwhile) as error:
        messages.error(request, str(error.message))
        return see_other(reverse(FIRST_PAGE))
    messages.success(request, _("Your e-mail address is confirmed. You can sign in with it."))
    return see_other(reverse("account:overview"))


def _pending_of(request: HttpRequest, session: SsoSession) -> PendingProof | None:
    pending = state.load(request, Purpose.EMAIL)
    return pending if pending and flow.belongs_to(pending, session) else None


WAY = ProofWay(
    purpose=Purpose.EMAIL,
    first_page=FIRST_PAGE,
    code_page="email_auth:change-verify",
    resend_page="email_auth:change-resend",
    template="email_auth/change.html",
    code_template="email_auth/change_verify.html",
    waited_too_long=gettext_lazy("This change waited too long. Enter the address to start again."),
    send_again=flow.send_again,
    check=_check,
)
