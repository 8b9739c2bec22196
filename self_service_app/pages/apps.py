"""Connected apps: what each may do, and taking it back."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from core_app.errors import AppError
from custom_scopes_and_policies_app.consent_form import lowering_rows
from custom_scopes_and_policies_app.consents import find_consent
from custom_scopes_and_policies_app.logout import end_app
from self_service_app import connected_apps as connections
from self_service_app.pages.frame import READ, account_page, see_other
from sessions_app.models import SsoSession


@account_page(*READ)
def index(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The list."""
    apps = connections.connected_apps(session.user)
    return render(request, "account/apps.html", {"apps": apps})


@account_page(*READ, "POST")
def change(request: HttpRequest, session: SsoSession, *, public_id: uuid.UUID) -> HttpResponse:
    """GET shows what is allowed and what is less than that; POST lowers it. Without a consent: the list."""
    client = connections.find_app(user=session.user, public_id=public_id)
    if client is None:
        raise Http404
    consent = find_consent(user=session.user, client=client)
    if consent is None:
        return see_other("account:apps")
    problem: str | Promise = ""
    if request.method == "POST":
        try:
            is_changed = connections.allow_less(consent, request.POST, caller=caller_of(request))
        except AppError as refused:
            problem = refused.message
        else:
            if is_changed:
                messages.success(request, _("%(app)s may do less now.") % {"app": client})
            return see_other("account:apps")
    context = {"app": str(client), "rows": lowering_rows(consent), "problem": problem}
    return render(request, "account/app_change.html", context, status=400 if problem else 200)


@account_page(*READ, "POST")
def disconnect(request: HttpRequest, session: SsoSession, *, public_id: uuid.UUID) -> HttpResponse:
    """GET asks; POST takes the access back, as often as it is sent."""
    client = connections.find_app(user=session.user, public_id=public_id)
    if client is None:
        raise Http404
    if request.method == "POST":
        end_app(user=session.user, client=client, caller=caller_of(request))
        messages.success(request, _("%(app)s can no longer use your account.") % {"app": client})
        return see_other("account:apps")
    app = next((app for app in connections.connected_apps(session.user) if app.public_id == public_id), None)
    if app is None:
        return see_other("account:apps")
    return render(request, "account/app_disconnect.html", {"app": app})
