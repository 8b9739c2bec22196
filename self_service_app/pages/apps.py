"""Connected apps: what each may do, and taking it back."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from self_service_app import connected_apps as connections
from self_service_app.pages.frame import READ, account_page, see_other
from sessions_app.models import SsoSession


@account_page(*READ)
def index(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The list."""
    apps = connections.connected_apps(session.user)
    return render(request, "account/apps.html", {"apps": apps})


@account_page(*READ, "POST")
def disconnect(request: HttpRequest, session: SsoSession, *, public_id: uuid.UUID) -> HttpResponse:
    """GET asks; POST takes the access back, as often as it is sent."""
    client = connections.find_app(user=session.user, public_id=public_id)
    if client is None:
        raise Http404
    if request.method == "POST":
        connections.disconnect(user=session.user, client=client, caller=caller_of(request))
        messages.success(request, _("%(app)s can no longer use your account.") % {"app": client})
        return see_other("account:apps")
    app = next((app for app in connections.connected_apps(session.user) if app.public_id == public_id), None)
    if app is None:
        return see_other("account:apps")
    return render(request, "account/app_disconnect.html", {"app": app})
