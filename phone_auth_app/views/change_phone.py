"""My number: another one in its place, after a fresh sign-in and a code to the new one; and taking that back."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.identifiers import mask_phone
from accounts_app.models import PhoneChange
from accounts_app.phone_changes import ChangedMeanwhile, UndoRefused
from accounts_app.services import PhoneTaken
from core_app.caller import Caller, caller_of, client_ip_of
from core_app.pages import page, see_other
from limits_app import throttle
from otp_app.purposes import Purpose
from phone_auth_app.flows import change_phone as flow
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.forms import NewNumberForm
from phone_auth_app.views import code_state
from phone_auth_app.views.code_pages import CodeWay, code_page, resend_page, show_number_form, take_number
from sessions_app.browser import browser_binding
from sessions_app.guard import signed_in, to_login
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

UNDO_LOOKS_PER_HOUR = 30
HOUR = 3600


@signed_in(back_to="phone_auth:change-phone")
def number(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Asks for the new number and sends it a code. A sign-in that is not fresh is asked for again."""
    if not flow.is_fresh(session):
        return to_login(next_path=request.path, prompt="login")
    person = session.user
    context: dict[str, object] = {
        "masked_phone": mask_phone(person.phone) if person.phone else "",
        "account_url": reverse("account:overview"),
    }
    if request.method == "POST":
        start = partial(flow.start, session, binding=browser_binding(request))
        return take_number(request, WAY, NewNumberForm(request.POST), context, start)
    return show_number_form(request, WAY, NewNumberForm(), context)


@signed_in(back_to="phone_auth:change-phone")
def code(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Asks for the code and changes the number."""
    return code_page(request, WAY, _pending_of(request, session))


@signed_in(back_to="phone_auth:change-phone")
def resend(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Sends another code."""
    return resend_page(request, WAY, _pending_of(request, session))


def undo(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a notice. It asks first: mail programs open links by themselves."""
    return page(partial(_undo, token=token))(request)


def _undo(request: HttpRequest, token: str) -> HttpResponse:
    throttle.hit(scope="phone-undo", key=client_ip_of(request), limit=UNDO_LOOKS_PER_HOUR, per_seconds=HOUR)
    try:
        if request.method == "POST":
            return _undone(request, flow.undo(token, caller=caller_of(request)))
        context = {"old_phone": mask_phone(flow.undoable(token).old_phone)}
        return render(request, "phone_auth/undo.html", context)
    except (UndoRefused, PhoneTaken) as error:
        return render(request, "phone_auth/undo_refused.html", {"error": error}, status=error.status)


def _undone(request: HttpRequest, change: PhoneChange) -> HttpResponse:
    context = {"old_phone": mask_phone(change.old_phone), "reset_url": reverse("phone_auth:reset")}
    return render(request, "phone_auth/undone.html", context)


def _change(request: HttpRequest, pending: PendingCode, typed: str, caller: Caller) -> HttpResponse:
    session = sso_session_of(request)
    if session is None:
        return to_login(next_path=reverse("phone_auth:change-phone"))
    try:
        flow.finish(pending, user=session.user, code=typed, caller=caller)
    except (PhoneTaken, ChangedMeanwhile) as error:
        # The code is used up: there is nothing more to type here.
        code_state.drop(request, Purpose.PHONE_CHANGE)
        messages.error(request, str(error.message))
        return see_other(reverse("phone_auth:change-phone"))
    code_state.drop(request, Purpose.PHONE_CHANGE)
    messages.success(request, _("Your number is changed. From now on you sign in with the new one."))
    return see_other(reverse("account:overview"))


def _pending_of(request: HttpRequest, session: SsoSession) -> PendingCode | None:
    pending = code_state.load(request, Purpose.PHONE_CHANGE)
    return pending if pending and flow.belongs_to(pending, session) else None


WAY = CodeWay(
    purpose=Purpose.PHONE_CHANGE,
    number_page="phone_auth:change-phone",
    code_page="phone_auth:change-phone-verify",
    resend_page="phone_auth:change-phone-resend",
    template="phone_auth/change_phone.html",
    code_template="phone_auth/change_phone_verify.html",
    waited_too_long=gettext_lazy("This change waited too long. Enter the new number to start again."),
    send_again=flow.send_again,
    check=_change,
)
