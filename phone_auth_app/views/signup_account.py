"""Sign-up, second half: the number is proven; password, account, profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts_app.forms import NewPasswordForm
from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from accounts_app.services import PhoneTaken, update_profile
from core_app.caller import caller_of
from core_app.pages import next_of, page, see_other, url_with_next
from otp_app.purposes import Purpose
from phone_auth_app.flows import signup as flow
from phone_auth_app.flows.codes import PendingCode
from phone_auth_app.forms import ProfileForm
from phone_auth_app.views import code_state
from sessions_app.login import prove

WAITED_TOO_LONG = _("This sign-up waited too long. Enter your number to start again.")


def start_again(request: HttpRequest) -> HttpResponse:
    """There is no sign-up to go on with: it waited too long, or it is finished and a page was sent again."""
    if request.user.is_authenticated:
        return see_other(url_with_next("phone_auth:signup-profile", request))
    messages.info(request, str(WAITED_TOO_LONG))
    return see_other(url_with_next("phone_auth:signup", request))


@page
def password(request: HttpRequest) -> HttpResponse:
    """Asks for a password and makes the account; tells the holder of a known number to sign in instead."""
    pending = code_state.load_proven(request, Purpose.SIGNUP)
    if pending is None:
        waits = code_state.load(request, Purpose.SIGNUP) is not None
        return (
            see_other(url_with_next("phone_auth:signup-verify", request)) if waits else start_again(request)
        )
    holder = flow.holder_of(pending)
    if holder is not None and not flow.waits_for_password(pending, holder):
        return _already(request, pending, holder)
    if request.method == "POST":
        return _create(request, pending)
    return _ask_password(request, pending, NewPasswordForm(person=User(phone=pending.phone)))


@page
def profile(request: HttpRequest) -> HttpResponse:
    """Asks a new person's name and e-mail; both may be left out. Leads on when one is known."""
    person = request.user
    if not isinstance(person, User):
        return see_other(url_with_next("phone_auth:login", request))
    if person.display_name or person.email:
        return see_other(next_of(request))
    form = ProfileForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given, family = form.cleaned_data["given_name"], form.cleaned_data["family_name"]
        update_profile(
            user=person,
            given_name=given,
            family_name=family,
            name=f"{given} {family}".strip(),
            email=form.cleaned_data["email"],
        )
        return see_other(next_of(request))
    context = {"form": form, "next_url": next_of(request)}
    return render(request, "phone_auth/profile.html", context, status=400 if form.is_bound else 200)


def _already(request: HttpRequest, pending: PendingCode, holder: User) -> HttpResponse:
    if flow.is_own(pending, holder):
        _forget(request)
        return see_other(url_with_next("phone_auth:signup-profile", request))
    context = {
        "masked_phone": mask_phone(pending.phone),
        "login_url": url_with_next("phone_auth:login", request),
        "other_number_url": url_with_next("phone_auth:signup", request, prompt="login"),
    }
    return render(request, "phone_auth/known.html", context)


def _create(request: HttpRequest, pending: PendingCode) -> HttpResponse:
    form = NewPasswordForm(request.POST, person=User(phone=pending.phone))
    if not form.is_valid():
        return _ask_password(request, pending, form)
    try:
        person = flow.finish(pending, password=form.cleaned_data["password"], caller=caller_of(request))
    except PhoneTaken:
        # Somebody was faster, or this form was sent twice: the page itself knows which.
        return see_other(url_with_next("phone_auth:signup-password", request))
    _forget(request)
    profile_url = url_with_next("phone_auth:signup-profile", request)
    return see_other(prove(request, user=person, methods=["sms"], next_url=profile_url))


def _forget(request: HttpRequest) -> None:
    code_state.drop_proven(request, Purpose.SIGNUP)
    code_state.drop(request, Purpose.SIGNUP)


def _ask_password(request: HttpRequest, pending: PendingCode, form: NewPasswordForm) -> HttpResponse:
    context = {"form": form, "phone": pending.phone}
    return render(request, "phone_auth/password.html", context, status=400 if form.is_bound else 200)
