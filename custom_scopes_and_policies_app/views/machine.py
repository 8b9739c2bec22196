"""Django's entrance to the machine endpoints: a request becomes a `Call`, an `Answer` becomes a response."""

from collections.abc import Callable, Mapping
from functools import partial

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.endpoints import device as devices
from custom_scopes_and_policies_app.endpoints import introspect as introspection
from custom_scopes_and_policies_app.endpoints import metadata as discovery
from custom_scopes_and_policies_app.endpoints import revoke as revocation
from custom_scopes_and_policies_app.endpoints import token as tokens
from custom_scopes_and_policies_app.endpoints import userinfo as claims
from custom_scopes_and_policies_app.endpoints.call import Call, call_from_environ
from custom_scopes_and_policies_app.endpoints.entrance import answer_to, content_type_of
from custom_scopes_and_policies_app.endpoints.guard import Endpoint

View = Callable[[HttpRequest], HttpResponse]

_endpoints: dict[View, Endpoint] = {}


class MachineResponse(HttpResponse):
    """An answer for programs: in one language, and the same with cookies as without (see `arrival.py`)."""


def machine_view(endpoint: Endpoint) -> View:
    """A Django view for an endpoint. No CSRF and no session: these calls carry no ambient authority."""

    def view(request: HttpRequest) -> HttpResponse:
        answer = answer_to(
            request.META,
            endpoint,
            method=request.method or "",
            read_body=partial(_body, request),
            on_surprise=lambda: got_request_exception.send(sender=None, request=request),
        )
        body = answer.body
        kind = content_type_of(answer, body)
        response = MachineResponse(body, status=answer.status, content_type=kind)
        if not kind:
            del response["Content-Type"]
        for name, value in answer.headers.items():
            response[name] = value
        return response

    view.__name__ = endpoint.__name__
    view.__doc__ = endpoint.__doc__
    exempt: View = csrf_exempt(view)
    exempt.is_for_programs = True  # type: ignore[attr-defined]
    _endpoints[exempt] = endpoint
    return exempt


def machine_endpoints() -> Mapping[View, Endpoint]:
    """The endpoint behind each of these very views. A view that wraps one of them is another view."""
    return _endpoints


def call_from(request: HttpRequest) -> Call:
    """The endpoint's view of a Django request."""
    return call_from_environ(request.META, method=request.method or "", body=_body(request))


def _body(request: HttpRequest) -> bytes:
    """The body; one that Django will not read is passed on as too large, for the endpoint to answer in its terms."""
    try:
        return request.body
    except RequestDataTooBig:
        return bytes(conf.MAX_REQUEST_BODY + 1)


token = machine_view(tokens.token)
device_authorization = machine_view(devices.device_authorization)
revoke = machine_view(revocation.revoke)
introspect = machine_view(introspection.introspect)
userinfo = machine_view(claims.userinfo)
metadata = machine_view(discovery.metadata)
jwks = machine_view(discovery.keys)
