"""The lane itself: from the environ to the answer, in the order in which Django does the same things."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from http.client import responses as reason_phrases
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.log import log_response

from auth_server_django.arrival import REQUEST_ID, name_request
from auth_server_django.fast_lane.admission import Admission
from auth_server_django.fast_lane.headers import protective_headers
from auth_server_django.fast_lane.routes import Route, machine_routes
from auth_server_django.fast_lane.turns import Turns
from auth_server_django.observed import observe
from core_app.caller import arrived
from custom_scopes_and_policies_app.endpoints.authorize import authorize
from custom_scopes_and_policies_app.endpoints.call import BARE, Answer, call_from_environ
from custom_scopes_and_policies_app.endpoints.entrance import answer_to, content_type_of
from messaging_app.afterwards import is_something_waiting

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
HeaderList = list[tuple[str, str]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

OUR_FAULT = 500
# Those of another place are Django's to answer.
PREFIX = "/"
# Browsers say what they accept in less; what is longer is read each time, so that no stranger fills the memory.
LONGEST_REMEMBERED_LANGUAGES = 200


class FastLane:
    """A WSGI application that answers the machine endpoints, and with codes, and hands everything else to Django."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._routes = machine_routes()
        self._authorize = reverse("desk:authorize")
        self._admission = Admission()
        self._turns = Turns(FastLane, is_debug=settings.DEBUG)
        self._protective = {secure: protective_headers(is_secure=secure) for secure in (True, False)}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        route = self._routes.get(path)
        if route is not None:
            if self._admission.admits(environ):
                return self._answer(route, environ, start_response)
        elif path == self._authorize and self._admission.admits_browser(environ):
            answer = self._code_at_once(environ, start_response)
            if answer is not None:
                return answer
        return self._django(environ, start_response)

    def _code_at_once(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        """The app's code for whoever is signed in and has consented; None where the page has to answer."""
        request_id = self._begin(environ)
        started = time.perf_counter()
        try:
            with arrived(environ):
                answer = authorize(call_from_environ(environ, method=environ["REQUEST_METHOD"], body=b""))
        except (DatabaseError, InterfaceError) as error:
            # Of a database that is away there is nothing to learn from a traceback per request.
            logger.warning("authorize: left to the page: %s", type(error).__name__)
            return None
        except Exception:
            # Whatever is away or wrong, the page says so in its own words. Nothing is left half written.
            logger.warning("authorize: left to the page", exc_info=True)
            return None
        if answer is None:
            return None
        environ["auth.client_id"] = answer.client_id
        seconds = time.perf_counter() - started
        label, status = self._authorize, answer.status
        observe(environ, method="GET", route=label, status=status, seconds=seconds, sid=answer.sid)
        start_response(_status_line(status), self._headers(answer, b"", environ, request_id))
        return self._finished(b"")

    def _answer(self, route: Route, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = self._begin(environ)
        started = time.perf_counter()
        method = environ["REQUEST_METHOD"]
        with arrived(environ):
            answer = answer_to(
                environ,
                route.endpoint,
                method=method,
                read_body=partial(_body, environ),
                on_surprise=partial(_tell_of_surprise, environ),
            )
            seconds = time.perf_counter() - started
            observe(environ, method=method, route=route.label, status=answer.status, seconds=seconds)
        body = answer.body
        if answer.status >= OUR_FAULT:
            _log(answer, environ)
        start_response(_status_line(answer.status), self._headers(answer, body, environ, request_id))
        return self._finished(body)

    def _headers(self, answer: Answer, body: bytes, environ: Environ, request_id: str) -> HeaderList:
        """An endpoint's own header counts more than the one that everything gets, as in the middleware."""
        headers = {**self._protective[self._admission.is_secure(environ)], **answer.headers}
        headers[REQUEST_ID] = request_id
        kind = content_type_of(answer, body)
        if kind:
            headers["Content-Type"] = kind
        if answer.status not in BARE:
            headers["Content-Length"] = str(len(body))
        return list(headers.items())

    def _begin(self, environ: Environ) -> str:
        """What comes before every answer; returns the request's id."""
        self._turns.begin(environ)
        # What Django or another request left in this thread. Looking is cheaper than setting.
        if get_script_prefix() != PREFIX:
            set_script_prefix(PREFIX)
        # What an endpoint has to tell a person whose language is not known is said in the caller's.
        language = _language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        if translation.get_language() != language:
            translation.activate(language)
        return name_request(environ)

    def _finished(self, body: bytes) -> Iterable[bytes]:
        """The body. What waits for the answer to be out is done after it; usually nothing waits, and a list goes out
        more cheaply than something the server has to walk through and close.
        """
        if is_something_waiting():
            return _Answered(body, self._turns.end)
        self._turns.end()
        return [body]


class _Answered:
    """A body whose request is over when the server has sent it."""

    def __init__(self, body: bytes, end: Callable[[], None]) -> None:
        self._body = body
        self._end = end

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    def close(self) -> None:
        """Called by the server at the end (PEP 3333)."""
        self._end()


def _body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ["wsgi.input"].read(length)) if length else b""


def _tell_of_surprise(environ: Environ) -> None:
    got_request_exception.send(sender=None, request=WSGIRequest(environ))


def _log(answer: Answer, environ: Environ) -> None:
    """As Django logs every answer of 500 and more."""
    request = WSGIRequest(environ)
    response = HttpResponse(status=answer.status)
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)


@lru_cache(maxsize=64)
def _status_line(status: int) -> str:
    return f"{status} {reason_phrases[status]}"


def _language_of(accepted: str) -> str:
    """The language that LocaleMiddleware would choose: there is no cookie here that could say otherwise."""
    if len(accepted) > LONGEST_REMEMBERED_LANGUAGES:
        return _chosen_language(accepted)
    return _remembered_language(accepted)


@lru_cache(maxsize=256)
def _remembered_language(accepted: str) -> str:
    return _chosen_language(accepted)


def _chosen_language(accepted: str) -> str:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return translation.get_language_from_request(request)
