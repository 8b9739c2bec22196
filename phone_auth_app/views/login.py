"""Signing in with number and password, on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts_app.identifiers import InvalidPhone, normalise_phone
from core_app.pages import is_switching, next_of, page, refused, see_other, signed_in_page, url_with_next
from otp_app.purposes import Purpose
from phone_auth_app.flows.password_login import WrongCredentials, check_password
from phone_auth_app.forms import LoginForm
from phone_auth_app.views import code_state
from phone_auth_app.views.numbers import count_bad_number
from sessions_app.login import prove


@page
def login(request: HttpRequest) -> HttpResponse:
    """Signs somebody in. Whoever is signed in already may go on, or sign in as somebody else."""
    if request.method == "POST":
        return _sign_in(request)
    if request.user.is_authenticated and not is_switching(request):
        return signed_in_page(request, "phone_auth:login")
    return render(request, "phone_auth/login.html", _context(request, _empty_form(request)))


def _sign_in(request: HttpRequest) -> HttpResponse:
    form = LoginForm(request.POST)
    if not form.is_valid():
        count_bad_number(request, form)
        return render(request, "phone_auth/login.html", _context(request, form), status=400)
    try:
        person = check_password(
            request, phone=form.cleaned_data["phone"], password=form.cleaned_data["password"]
        )
    except WrongCredentials as error:
        return refused(request, "phone_auth/login.html", _context(request, form), error)
    code_state.drop_proven(request, Purpose.SIGNUP)
    return see_other(prove(request, user=person, methods=["pwd"], next_url=next_of(request)))


def _empty_form(request: HttpRequest) -> LoginForm:
    """With the number filled in that is known already; then only the password is left to type."""
    phone = _known_number(request)
    form = LoginForm(initial={"phone": phone})
    if phone:
        del form.fields["phone"].widget.attrs["autofocus"]
        form.fields["password"].widget.attrs["autofocus"] = True
    return form


def _known_number(request: HttpRequest) -> str:
    """The number that an app hinted at (OIDC Core §3.1.2.1) or that a sign-up here has just proven."""
    try:
        return normalise_phone(request.GET.get("login_hint", ""), any_country=True)
    except InvalidPhone:
        pending = code_state.load_proven(request, Purpose.SIGNUP)
        return pending.phone if pending else ""


def _context(request: HttpRequest, form: LoginForm) -> dict[str, object]:
    switching = {"prompt": "login"} if is_switching(request) else {}
    return {
        "form": form,
        "signup_url": url_with_next("phone_auth:signup", request),
        "code_url": url_with_next("phone_auth:code-login", request, **switching),
        "forgot_url": url_with_next("phone_auth:reset", request),
    }
