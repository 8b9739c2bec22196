"""How the hub's answer reaches a device: nothing is sent anywhere, the device asks; the person gets a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core_app.caller import caller_of
from custom_scopes_and_policies_app import stored_requests
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.device_authorizations import approve, deny
from custom_scopes_and_policies_app.facts import Situation
from custom_scopes_and_policies_app.views.responses import expired_page, see_other
from sessions_app.middleware import sso_session_of

ANOTHER_PERSON = "another_person_than_hinted"


def approve_device(request: HttpRequest, asked: AuthorizationRequest, situation: Situation) -> HttpResponse:
    """The person allowed it: from now on the device gets tokens. A double submit approves once."""
    if not stored_requests.take(asked):
        return expired_page(request)
    is_approved = situation.session is not None and approve(
        device_id=asked.device_id,
        client_id=asked.client_id,
        session=situation.session,
        granted={scope: situation.granted[scope] for scope in asked.scopes if scope in situation.granted},
        caller=caller_of(request),
    )
    return see_other(reverse("desk:device-approved" if is_approved else "desk:device-over"))


def refuse_device(request: HttpRequest, asked: AuthorizationRequest, *, reason: str) -> HttpResponse:
    """The person or a rule said no; the device is told when it asks. The request is used up already."""
    if reason == ANOTHER_PERSON:
        # Somebody changed accounts on the way. Only who types the code may decide (B12): let them type it.
        return see_other(reverse("desk:device"))
    is_denied = deny(
        device_id=asked.device_id,
        client_id=asked.client_id,
        session=sso_session_of(request),
        reason=reason,
        caller=caller_of(request),
    )
    return see_other(reverse("desk:device-denied" if is_denied else "desk:device-over"))


@never_cache
@require_safe
def approved(request: HttpRequest) -> HttpResponse:
    """Says that the device is connected."""
    return render(request, "device/approved.html")


@never_cache
@require_safe
def denied(request: HttpRequest) -> HttpResponse:
    """Says that the device gets nothing."""
    return render(request, "device/denied.html")


@never_cache
@require_safe
def over(request: HttpRequest) -> HttpResponse:
    """Says that the code ran out, or was decided elsewhere, while the pages were open."""
    return render(request, "device/over.html", status=400)
