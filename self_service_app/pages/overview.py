"""The first page of my account: who is signed in, and where to go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts_app.identifiers import mask_phone
from core_app.status_lines import status_of
from custom_scopes_and_policies_app.selectors import sessions_in_use
from self_service_app.connected_apps import count_connected_apps
from self_service_app.pages.frame import READ, account_page
from sessions_app.models import SsoSession


@account_page(*READ)
def overview(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Name, masked number, e-mail; how safe the account is; how many apps and devices there are."""
    person = session.user
    context = {
        "person": person,
        "phone": mask_phone(person.phone) if person.phone else "",
        "status": status_of(person),
        "app_count": count_connected_apps(person),
        "session_count": sessions_in_use(user_id=person.pk).count(),
    }
    return render(request, "account/overview.html", context)
