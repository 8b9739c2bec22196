"""How an answer to an authorization request goes back: by query, by form post, or as a page for the person alone."""

import math

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from core_app.errors import AppError
from custom_scopes_and_policies_app.destination import Destination
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.form_action import open_form_action
from custom_scopes_and_policies_app.redirect_uris import origin_of
from custom_scopes_and_policies_app.signals import authorization_refused


def see_other(url: str) -> HttpResponse:
    """303: go on by GET, whatever the method was. Any scheme, since apps register their own (RFC 8252 §7.1)."""
    response = HttpResponse(status=303, content_type="text/plain")
    response["Location"] = url
    return response


def answer_code(request: HttpRequest, destination: Destination, code: str) -> HttpResponse:
    """Give the app its code."""
    return _send(request, destination, {"code": code})


def answer_error(
    request: HttpRequest, destination: Destination, error: OAuthError, *, reason: str
) -> HttpResponse:
    """Tell the app why there is no code, and the record by which rule (`reason`)."""
    with transaction.atomic():
        authorization_refused.emit(
            client_id=destination.client_id, outcome="refused", reason=reason, caller=caller_of(request)
        )
    return _send(request, destination, error.payload())


def error_page(request: HttpRequest, error: str, description: str) -> HttpResponse:
    """A page for the person when the app cannot be told: never a redirect (RFC 6749 §4.1.2.1)."""
    advice = _("This link of the app does not work. Go back to the app and try again, or tell its makers.")
    context = {"error": error, "error_description": description, "advice": advice}
    return render(request, "authorize/error.html", context, status=400)


def expired_page(request: HttpRequest) -> HttpResponse:
    """The stored request is gone: finished already, too old, or of another browser."""
    advice = _(
        "Go back to the app and start again. This happens when a page was open for long or was finished before."
    )
    context = {
        "error": "invalid_request",
        "error_description": _("This sign-in is over or belongs to another browser."),
        "advice": advice,
    }
    return render(request, "authorize/error.html", context, status=400)


def not_now_page(request: HttpRequest, error: AppError) -> HttpResponse:
    """A page for the person when something was asked too often, or cannot be done for the moment."""
    seconds = error.retry_after or 1
    context = {"message": error.message, "minutes": math.ceil(seconds / 60)}
    response = render(request, "authorize/not_now.html", context, status=error.status)
    response["Retry-After"] = str(seconds)
    return response


def _send(request: HttpRequest, destination: Destination, parameters: dict[str, str]) -> HttpResponse:
    if destination.is_form_post:
        return _posted(request, destination, destination.told(parameters))
    # RFC 9700 §4.12: 303, so that no browser repeats a POST body at the app.
    return see_other(destination.by_query(parameters))


def _posted(request: HttpRequest, destination: Destination, parameters: dict[str, str]) -> HttpResponse:
    """A page whose form goes to the app by itself, or by its button (OAuth 2.0 Form Post Response Mode §2)."""
    context = {"action": destination.redirect_uri, "parameters": parameters}
    response = render(request, "authorize/form_post.html", context)
    open_form_action(response, origin_of(destination.redirect_uri), with_self=False)
    # §4: the page holds a code; neither a cache nor a referrer may keep it.
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
