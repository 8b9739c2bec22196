"""The first page of my account: who is signed in, and where to go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts_app.identifiers import mask_phone
from self_service_app.connected_apps import connected_apps
from self_service_app.pages.frame import READ, account_page
from sessions_app.models import SsoSession
from sessions_app.selectors import live_sessions


@account_page(*READ)
def overview(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Name, masked number, e-mail; how many apps and devices there are."""
    person = session.user
    context = {
        "person": person,
        "phone": mask_phone(person.phone) if person.phone else "",
        "app_count": len(connected_apps(person)),
        "session_count": live_sessions(user_id=person.pk).count(),
    }
    return render(request, "account/overview.html", context)
