"""How often the JSON API may be called: per person, whatever they call with; per app; else per address.

Every answer says what is left. For fairness and cost: what guards secrets is counted by the rooms, in the database.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from auth_server_django import problems
from core_app.caller import client_ip_of
from core_app.errors import AppError
from custom_scopes_and_policies_app.own_tokens import read_own
from jwt_app.errors import InvalidToken
from jwt_app.signing import ACCESS_TOKEN_TYPE
from limits_app import rates
from limits_app.conf import conf
from limits_app.network import ip_bucket
from limits_app.rates import Rate
from sessions_app.middleware import sso_session_of

MINUTE = 60
PERSON, APP, ADDRESS = "person", "app", "address"
BEARER = "bearer "

View = Callable[..., HttpResponse]


def limited(view: View) -> View:
    """The view, for callers that have calls left."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rate = _count(request)
        if rate is None:
            return view(request, *args, **kwargs)
        response = _too_often() if rate.is_over else view(request, *args, **kwargs)
        for name, value in rate.headers.items():
            # An endpoint that counts for itself has said so already: both are one list (RFC 9651 §3.1).
            is_list = name.startswith("RateLimit") and name in response
            response[name] = f"{response[name]}, {value}" if is_list else value
        return response

    return answered


def _too_often() -> HttpResponse:
    detail = _("That was too often. Wait a little, then try again.")
    return problems.answer(status=429, code="rate_limited", detail=detail)


def _count(request: HttpRequest) -> Rate | None:
    """None where the operator has taken the limit away."""
    kind, key = _caller(request)
    limits = {
        PERSON: conf.API_CALLS_PER_PERSON_PER_MINUTE,
        APP: conf.API_CALLS_PER_APP_PER_MINUTE,
        ADDRESS: conf.API_CALLS_PER_ADDRESS_PER_MINUTE,
    }
    if limits[kind] <= 0:
        return None
    return rates.count(name=kind, key=f"api {key}", limit=limits[kind], per_seconds=MINUTE)


def _caller(request: HttpRequest) -> tuple[str, str]:
    """Whom this call is counted for. Names nobody has proven do not count: they could be changed with every call."""
    try:
        return _known_caller(request) or (ADDRESS, ip_bucket(client_ip_of(request)))
    except (DatabaseError, AppError):
        # Whatever is away, the view says so in its own words.
        return ADDRESS, ip_bucket(client_ip_of(request))


def _known_caller(request: HttpRequest) -> tuple[str, str] | None:
    header = request.headers.get("Authorization", "")
    if not header:
        session = sso_session_of(request)
        return (PERSON, str(session.user.sub)) if session else None
    if not header.lower().startswith(BEARER):
        return None
    try:
        claims = read_own(header[len(BEARER) :].strip(), typ=ACCESS_TOKEN_TYPE)
    except InvalidToken:
        return None
    # A token of the app itself has the app as its subject (RFC 9068 §2.2).
    subject, client = str(claims["sub"]), str(claims["client_id"])
    return (APP, client) if subject == client else (PERSON, subject)
