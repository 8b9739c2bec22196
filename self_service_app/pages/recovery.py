"""The page behind the link that an operator had sent: a new password, once. Works signed out, in any browser."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts_app.forms import NewPasswordForm
from accounts_app.recovery import Recovery, RecoveryGone, Way, find_recovery, finish_recovery
from core_app.caller import caller_of, client_ip_of
from core_app.pages import page, see_other, url_with_next
from limits_app import throttle

LOOKS_PER_HOUR = 30
HOUR = 3600
LOGIN_PAGES = {Way.PHONE: "phone_auth:login", Way.EMAIL: "email_auth:login"}


@page
def recover(request: HttpRequest, *, token: str) -> HttpResponse:
    """GET asks, and uses nothing up; POST sets the password and leads to the login page."""
    throttle.hit(scope="recovery", key=client_ip_of(request), limit=LOOKS_PER_HOUR, per_seconds=HOUR)
    try:
        recovery = find_recovery(token)
        form = NewPasswordForm(request.POST if request.method == "POST" else None, person=recovery.person)
        if not form.is_valid():
            return _ask(request, recovery, form)
        finish_recovery(recovery, password=form.cleaned_data["password"], caller=caller_of(request))
    except RecoveryGone as error:
        return render(request, "account/recover_refused.html", {"error": error}, status=error.status)
    messages.success(request, _("Your new password is set. Sign in with it now."))
    return see_other(url_with_next(LOGIN_PAGES[recovery.way], request, prompt="login"))


def _ask(request: HttpRequest, recovery: Recovery, form: NewPasswordForm) -> HttpResponse:
    context = {"form": form, "address": recovery.address}
    return render(request, "account/recover.html", context, status=400 if form.is_bound else 200)
