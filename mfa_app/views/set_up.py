"""Setting up an authenticator app in the middle of signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core_app.caller import caller_of
from core_app.pages import page, refused, see_other
from mfa_app import totp
from mfa_app.flows import set_up as flow
from mfa_app.flows.waiting import NotOffered, waiting_in_browser
from mfa_app.forms import SetupForm
from mfa_app.gate import NotProven
from mfa_app.models import TotpFactor
from mfa_app.views.challenge import go_on, gone
from sessions_app.login import LoginGone


@page
def set_up(request: HttpRequest) -> HttpResponse:
    """Shows the QR code, and takes the first code of the app."""
    try:
        waiting = waiting_in_browser(request, request.GET.get("login", ""))
        factor = flow.begin(waiting)
    except LoginGone as error:
        return gone(request, error)
    except NotOffered:
        return see_other(f"{reverse('mfa:challenge')}?{request.GET.urlencode()}")
    form = SetupForm(request.POST) if request.method == "POST" else SetupForm()
    context = {"form": form, **shown(factor)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "mfa/set_up.html", context, status=400 if form.is_bound else 200)
    try:
        methods = flow.finish(
            waiting, code=form.typed, name=form.cleaned_data["name"], caller=caller_of(request)
        )
    except NotProven as error:
        return refused(request, "mfa/set_up.html", context, error, field="code")
    return go_on(request, waiting, methods)


def shown(factor: TotpFactor) -> dict[str, object]:
    """What is shown of an app that is being set up: the QR code, and the same as text."""
    secret = totp.secret_of(factor)
    uri = totp.setup_uri(factor, account=str(factor.user))
    return {
        "qr_code": totp.qr_code(uri),
        "uri": uri,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
