"""The pages that belong to no room: the start page and what is shown when something goes wrong."""

import sys

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

HTML = "text/html"
JSON = "application/json"
RETRY_SECONDS = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is and where to go."""
    return render(request, "home.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: the exception's text is for the log, never for the page."""
    return _answer(
        request, 400, "invalid_request", _("Something in the address or in what was sent is wrong.")
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return _answer(request, 403, "access_denied", _("This is open to somebody else."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return _answer(request, 404, "not_found", _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: rendered without a request, because the session or the database may be what failed.

    A database that is away is a 503 that says when to come back (R05); nobody is let in meanwhile.
    """
    if isinstance(sys.exc_info()[1], DatabaseError | InterfaceError):
        return _away(request)
    if _wants_json(request):
        return _problem(
            500, "server_error", _("Something went wrong on our side. Please try again in a minute.")
        )
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def _away(request: HttpRequest) -> HttpResponse:
    response: HttpResponse
    if _wants_json(request):
        text = _("This is not possible right now. Try again in a moment.")
        response = _problem(503, "temporarily_unavailable", text)
    else:
        response = HttpResponse(loader.get_template("500.html").render(), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. `reason` is Django's own, for developers; a person is told what to do instead."""
    text = _("The form's protection token is missing or too old. Open the page again.")
    return _answer(request, 403, "csrf_failed", text, template="csrf_failure.html")


def _answer(request: HttpRequest, status: int, code: str, text: str, *, template: str = "") -> HttpResponse:
    """A page for people; the same in JSON for callers that prefer it."""
    if _wants_json(request):
        return _problem(status, code, text)
    return render(request, template or f"{status}.html", status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type([HTML, JSON]) == JSON


def _problem(status: int, code: str, text: str) -> JsonResponse:
    return JsonResponse({"error": code, "error_description": text}, status=status)
