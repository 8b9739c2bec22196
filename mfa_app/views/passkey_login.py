"""Signing in with a passkey alone: no number, no password."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core_app.caller import caller_of, client_ip_of
from core_app.errors import AppError, TooManyAttempts, Unavailable
from core_app.pages import next_of, page, refused, see_other, url_with_next
from limits_app import throttle
from mfa_app.conf import conf
from mfa_app.flows import passkey_login as flow
from mfa_app.forms import PasskeyForm
from sessions_app.browser import browser_binding
from sessions_app.login import prove

MINUTE = 60


@page
def passkey_login(request: HttpRequest) -> HttpResponse:
    """The script asks the browser for a key; POST brings what it signed."""
    form = PasskeyForm(request.POST) if request.method == "POST" else PasskeyForm()
    context = {
        "form": form,
        "options_url": reverse("mfa:passkey-login-options"),
        "login_url": url_with_next(settings.LOGIN_URL, request),
    }
    if request.method != "POST":
        return render(request, "mfa/passkey_login.html", context)
    if not form.is_valid():
        return render(request, "mfa/passkey_login.html", context, status=400)
    try:
        proof = flow.check(form.answer(), binding=browser_binding(request), caller=caller_of(request))
    except (TooManyAttempts, Unavailable):
        raise
    except AppError as error:
        return refused(request, "mfa/passkey_login.html", context, error)
    return see_other(prove(request, user=proof.user, methods=proof.methods, next_url=next_of(request)))


@require_POST
@page
def options(request: HttpRequest) -> HttpResponse:
    """A challenge for the script, as JSON."""
    throttle.hit(
        scope="passkey-challenge",
        key=client_ip_of(request),
        limit=conf.PASSKEY_CHALLENGES_PER_IP_PER_MINUTE,
        per_seconds=MINUTE,
    )
    return JsonResponse(flow.options(browser_binding(request)))
