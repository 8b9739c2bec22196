"""Signing in with address and password, on one page."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts_app.identifiers import normalise_email
from core_app.pages import (
    is_switching,
    next_of,
    page,
    refused,
    see_other,
    signed_in_page,
    url_with_next,
)
from email_auth_app.flows.password_login import WrongCredentials, check_password
from email_auth_app.forms import LoginForm
from email_auth_app.views import state
from otp_app.purposes import Purpose
from sessions_app.login import prove

TEMPLATE = "email_auth/login.html"


@page
def login(request: HttpRequest) -> HttpResponse:
    """Signs somebody in. Whoever is signed in already may go on, or sign in as somebody else."""
    if request.method == "POST":
        return _sign_in(request)
    if request.user.is_authenticated and not is_switching(request):
        return signed_in_page(request, "email_auth:login")
    return render(request, TEMPLATE, _context(request, _empty_form(request)))


def _sign_in(request: HttpRequest) -> HttpResponse:
    form = LoginForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, _context(request, form), status=400)
    try:
        person = check_password(
            request, email=form.cleaned_data["email"], password=form.cleaned_data["password"]
        )
    except WrongCredentials as error:
        return refused(request, TEMPLATE, _context(request, form), error)
    state.drop_proven(request, Purpose.SIGNUP)
    return see_other(prove(request, user=person, methods=["pwd"], next_url=next_of(request)))


def _empty_form(request: HttpRequest) -> LoginForm:
    """With the address filled in that is known already; then only the password is left to type."""
    email = _known_address(request)
    form = LoginForm(initial={"email": email})
    if email:
        del form.fields["email"].widget.attrs["autofocus"]
        form.fields["password"].widget.attrs["autofocus"] = True
    return form


def _known_address(request: HttpRequest) -> str:
    """The address that an app hinted at (OIDC Core §3.1.2.1) or that a sign-up here has just proven."""
    hinted = normalise_email(request.GET.get("login_hint", ""))
    try:
        validate_email(hinted)
    except ValidationError:
        pending = state.load_proven(request, Purpose.SIGNUP)
        return pending.email if pending else ""
    return hinted


def _context(request: HttpRequest, form: LoginForm) -> dict[str, object]:
    return {
        "form": form,
        "signup_url": url_with_next("email_auth:signup", request),
        "forgot_url": url_with_next("email_auth:reset", request),
    }
