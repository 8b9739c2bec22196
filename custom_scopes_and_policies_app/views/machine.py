"""Django's entrance to the machine endpoints: a request becomes a `Call`, an `Answer` becomes a response."""

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from core_app.caller import caller_of
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.endpoints import introspect as introspection
from custom_scopes_and_policies_app.endpoints import metadata as discovery
from custom_scopes_and_policies_app.endpoints import revoke as revocation
from custom_scopes_and_policies_app.endpoints import token as tokens
from custom_scopes_and_policies_app.endpoints import userinfo as claims
from custom_scopes_and_policies_app.endpoints.call import Call
from custom_scopes_and_policies_app.endpoints.guard import Endpoint

LONGEST_QUEUE = timedelta(seconds=2)
HEADERS = {
    "authorization": "HTTP_AUTHORIZATION",
    "content-type": "CONTENT_TYPE",
    "origin": "HTTP_ORIGIN",
}


def machine_view(endpoint: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """A Django view for an endpoint. No CSRF: these calls carry no ambient authority."""

    def view(request: HttpRequest) -> HttpResponse:
        answer = endpoint(call_from(request))
        kind = "application/json" if answer.body else "text/plain"
        response = HttpResponse(answer.body, status=answer.status, content_type=kind)
        for name, value in answer.headers.items():
            response[name] = value
        return response

    view.__name__ = endpoint.__name__
    view.__doc__ = endpoint.__doc__
    return csrf_exempt(view)


def _body(request: HttpRequest) -> bytes:
    """The body; one that Django will not read is passed on as too large, for the endpoint to answer in its terms."""
    try:
        return request.body
    except RequestDataTooBig:
        return bytes(conf.MAX_REQUEST_BODY + 1)


def call_from(request: HttpRequest) -> Call:
    """The endpoint's view of a Django request."""
    body = _body(request)
    now = timezone.now()
    # A client can send its headers and keep the body back: such a request is not older than its body for long.
    received_at = max(request.META.get("auth.received_at") or now, now - LONGEST_QUEUE)
    return Call(
        method=request.method or "",
        headers={name: str(request.META.get(key, "")) for name, key in HEADERS.items()},
        query=request.META.get("QUERY_STRING", ""),
        body=body,
        caller=caller_of(request),
        received_at=received_at,
        now=now,
    )


token = machine_view(tokens.token)
revoke = machine_view(revocation.revoke)
introspect = machine_view(introspection.introspect)
userinfo = machine_view(claims.userinfo)
metadata = machine_view(discovery.metadata)
jwks = machine_view(discovery.keys)
