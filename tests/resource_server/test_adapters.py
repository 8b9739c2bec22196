"""Each framework hands the same requests to the guard and gives the same answers."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import httpx
import pytest
from django.http import HttpRequest, JsonResponse
from django.test import AsyncClient, Client
from django.test.utils import override_settings
from django.urls import path
from fastapi import Depends, FastAPI

from tests.resource_server.fake_issuer import API, FakeIssuer
from token_guard import Guard, Requirement, Token, require
from token_guard.adapters import django as for_django
from token_guard.adapters import fastapi as for_fastapi
from token_guard.adapters import wsgi as for_wsgi

NEEDED = require("read", acr="aal1")


@dataclass(frozen=True)
class Reply:
    """What came back, whatever framework sent it."""

    status: int
    body: Any
    challenge: str | None


Call = Callable[[str | None], Reply]


class Routes:
    """A URLconf of the view that a test is about."""

    urlpatterns: list[Any] = []


def django_call(guard: Guard) -> Call:
    @for_django.protected(guard, NEEDED)
    def whoami(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"sub": for_django.token_of(request).subject})

    def call(header: str | None) -> Reply:
        Routes.urlpatterns = [path("me/", whoami)]
        headers = {} if header is None else {"Authorization": header}
        with override_settings(ROOT_URLCONF=Routes):
            # As a POST that brings no CSRF token: what a browser would not send is not forged by one.
            answer = Client(enforce_csrf_checks=True).post("/me/", headers=headers)
        return Reply(answer.status_code, answer.json(), answer.headers.get("WWW-Authenticate"))

    return call


def async_django_call(guard: Guard) -> Call:
    @for_django.protected(guard, NEEDED)
    async def whoami(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"sub": for_django.token_of(request).subject})

    def call(header: str | None) -> Reply:
        Routes.urlpatterns = [path("me/", whoami)]
        headers = {} if header is None else {"Authorization": header}
        with override_settings(ROOT_URLCONF=Routes):
            answer = asyncio.run(AsyncClient().get("/me/", headers=headers))
        return Reply(answer.status_code, answer.json(), answer.headers.get("WWW-Authenticate"))

    return call


def fastapi_application(guard: Guard) -> FastAPI:
    application = FastAPI()

    @application.get("/me/")
    async def whoami(
        token: Annotated[Token, Depends(for_fastapi.protected(guard, NEEDED))],
    ) -> dict[str, str]:
        return {"sub": token.subject}

    return application


def asgi_get(application: FastAPI, url: str, headers: list[tuple[str, str]]) -> httpx.Response:
    """One request into an ASGI application, without a server."""

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://notes.example") as client:
            return await client.get(url, headers=headers)

    return asyncio.run(get())


def fastapi_call(guard: Guard) -> Call:
    application = fastapi_application(guard)

    def call(header: str | None) -> Reply:
        answer = asgi_get(application, "/me/", [] if header is None else [("Authorization", header)])
        body = answer.json()
        return Reply(answer.status_code, body.get("detail", body), answer.headers.get("WWW-Authenticate"))

    return call


def wsgi_reply(application: Any, header: str | None, target: str = "/me/", query: str = "") -> Reply:
    started: list[Any] = []
    environ: dict[str, Any] = {"SCRIPT_NAME": "", "PATH_INFO": target, "QUERY_STRING": query}
    setup_testing_defaults(environ)
    if header is not None:
        environ["HTTP_AUTHORIZATION"] = header

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[..., Any]:
        started.append((int(status.split()[0]), dict(headers)))
        return started.append

    # The validator of the standard library raises AssertionError for whatever breaks PEP 3333.
    answer = validator(application)(environ, start_response)
    body = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    status, headers = started[0]
    return Reply(status, json.loads(body), headers.get("WWW-Authenticate"))


def wsgi_application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Tells whose token came through."""
    known = for_wsgi.TOKEN_KEY in environ
    body = json.dumps({"sub": for_wsgi.token_of(environ).subject if known else None}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def wsgi_call(guard: Guard) -> Call:
    application = for_wsgi.Protected(wsgi_application, guard, NEEDED)
    return lambda header: wsgi_reply(application, header)


ADAPTERS = {
    "django": django_call, "async django": async_django_call, "fastapi": fastapi_call, "wsgi": wsgi_call,
}  # fmt: skip
every_adapter = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)


@pytest.mark.requirement("F44")
@every_adapter
def test_a_good_token_reaches_the_view(
    guard: Guard, issuer: FakeIssuer, adapter: Callable[[Guard], Call]
) -> None:
    assert adapter(guard)(f"Bearer {issuer.token()}") == Reply(200, {"sub": "person-1"}, None)


@pytest.mark.requirement("F44")
@every_adapter
def test_a_request_that_is_not_good_enough_gets_its_challenge(
    guard: Guard, issuer: FakeIssuer, adapter: Callable[[Guard], Call]
) -> None:
    call = adapter(guard)
    for header, status, error in (
        (None, 401, None),
        (f"Basic {API[0]}", 401, None),
        ("Bearer a b", 400, "invalid_request"),
        ("Bearer a.b.c", 401, "invalid_token"),
        (f"Bearer {issuer.token(scope='write')}", 403, "insufficient_scope"),
        (f"Bearer {issuer.token(acr='')}", 401, "insufficient_user_authentication"),
    ):
        reply = call(header)
        assert (reply.status, reply.body.get("error")) == (status, error)
        assert reply.challenge is not None
        assert reply.challenge.startswith(f'Bearer error="{error}"' if error else "Bearer")
        assert "sub" not in reply.body


@pytest.mark.requirement("F44")
@every_adapter
def test_an_issuer_that_is_down_is_503_without_a_challenge(
    guard: Guard, issuer: FakeIssuer, adapter: Callable[[Guard], Call]
) -> None:
    issuer.answers["/keys"] = 500
    reply = adapter(guard)(f"Bearer {issuer.token()}")
    assert (reply.status, reply.body["error"], reply.challenge) == (503, "temporarily_unavailable", None)


def test_fastapi_refuses_two_authorization_headers_and_documents_the_token(
    guard: Guard, issuer: FakeIssuer
) -> None:
    application = fastapi_application(guard)
    twice = [("Authorization", f"Bearer {issuer.token()}"), ("Authorization", "Bearer x")]
    assert asgi_get(application, "/me/", twice).status_code == 400
    assert asgi_get(application, f"/me/?access_token={issuer.token()}", []).status_code == 401
    document = asgi_get(application, "/openapi.json", []).json()
    assert document["paths"]["/me/"]["get"]["security"] == [{"HTTPBearer": []}]


def test_wsgi_asks_by_request_what_is_needed(guard: Guard, issuer: FakeIssuer) -> None:
    def rule(environ: dict[str, Any]) -> Requirement | None:
        return None if environ["PATH_INFO"] == "/open/" else require("read")

    application = for_wsgi.Protected(wsgi_application, guard, rule)
    assert wsgi_reply(application, None, "/open/") == Reply(200, {"sub": None}, None)
    assert wsgi_reply(application, None, "/other/").status == 401
    assert wsgi_reply(application, f"Bearer {issuer.token()}", "/other/").body == {"sub": "person-1"}


def test_wsgi_does_not_look_for_tokens_in_the_query(guard: Guard, issuer: FakeIssuer) -> None:
    application = for_wsgi.Protected(wsgi_application, guard, NEEDED)
    assert wsgi_reply(application, None, query=f"access_token={issuer.token()}").status == 401
    assert not issuer.asked
