"""Adding an authenticator app or a passkey to an account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core_app.caller import caller_of
from core_app.errors import AppError
from core_app.pages import refused, see_other
from mfa_app import backup_codes
from mfa_app.flows import factors as flow
from mfa_app.flows.refusals import NotFresh, SetupGone
from mfa_app.forms import NewPasskeyForm, SetupForm
from mfa_app.gate import NotProven
from mfa_app.kinds import AMR, Kind
from mfa_app.passkeys import registration
from mfa_app.views.set_up import shown
from mfa_app.views.signed_in import signed_in, strengthen
from sessions_app.browser import browser_binding
from sessions_app.models import SsoSession


@signed_in
def begin_totp(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """GET says what an authenticator app is; POST makes a secret and shows it on the next page."""
    flow.require_fresh(session)
    if request.method != "POST":
        return render(request, "mfa/begin_totp.html")
    try:
        flow.begin_totp(session)
    except AppError as error:
        messages.error(request, str(error.message))
        return see_other(reverse("mfa:security"))
    return see_other(reverse("mfa:totp-finish"))


@signed_in
def finish_totp(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Shows the QR code, and takes the first code of the app."""
    try:
        factor = flow.find_totp(session)
    except SetupGone as error:
        messages.info(request, str(error.message))
        return see_other(reverse("mfa:totp"))
    form = SetupForm(request.POST) if request.method == "POST" else SetupForm()
    context = {"form": form, **shown(factor)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "mfa/finish_totp.html", context, status=400 if form.is_bound else 200)
    try:
        flow.finish_totp(session, code=form.typed, name=form.cleaned_data["name"], caller=caller_of(request))
    except NotProven as error:
        return refused(request, "mfa/finish_totp.html", context, error, field="code")
    strengthen(request, session, sorted(AMR[Kind.TOTP]))
    return _added(request, session, Kind.TOTP)


@signed_in
def passkey(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The script asks the browser for a key; POST brings it."""
    flow.require_fresh(session)
    form = NewPasskeyForm(request.POST) if request.method == "POST" else NewPasskeyForm()
    context = {"form": form, "options_url": reverse("mfa:passkey-new-options")}
    if request.method != "POST" or not form.is_valid():
        return render(request, "mfa/passkey.html", context, status=400 if form.is_bound else 200)
    try:
        methods = flow.finish_passkey(
            session,
            binding=browser_binding(request),
            answer=form.answer(),
            name=form.cleaned_data["name"],
            caller=caller_of(request),
        )
    except NotFresh:
        raise
    except AppError as error:
        return refused(request, "mfa/passkey.html", context, error)
    strengthen(request, session, methods)
    return _added(request, session, Kind.PASSKEY)


@require_POST
@signed_in
def new_passkey_options(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """A challenge for the script, as JSON."""
    try:
        flow.require_fresh(session)
        ceremony = flow.passkey_ceremony(session, browser_binding(request))
        return JsonResponse(registration.options(ceremony, user=session.user))
    except AppError as error:
        return JsonResponse({"detail": str(error.message)}, status=error.status)


def _added(request: HttpRequest, session: SsoSession, kind: Kind) -> HttpResponse:
    """Back to the list; whoever has no backup codes yet is led to them."""
    messages.success(
        request, _("Added: %(factor)s. Your other devices were signed out.") % {"factor": kind.label}
    )
    has_codes = backup_codes.count_unused(session.user) > 0
    return see_other(reverse("mfa:security" if has_codes else "mfa:backup-codes"))
