"""Plain WSGI: a layer in front of an application (PEP 3333)."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from token_guard.errors import GuardError
from token_guard.guard import Guard
from token_guard.requirement import Requirement
from token_guard.token import Token

TOKEN_KEY = "token_guard.token"  # noqa: S105  where it is found, not a secret
Rule = Callable[[WSGIEnvironment], Requirement | None]


class Protected:
    """The application behind the guard.

    `rule` is what every request needs, or says by request what it needs; None leaves a request to the application
    without a token. The token is found by `token_of`.
    """

    def __init__(self, application: WSGIApplication, guard: Guard, rule: Requirement | Rule) -> None:
        self._application = application
        self._guard = guard
        self._rule = rule

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        requirement = self._rule if isinstance(self._rule, Requirement) else self._rule(environ)
        if requirement is None:
            return self._application(environ, start_response)
        try:
            environ[TOKEN_KEY] = self._guard.check(environ.get("HTTP_AUTHORIZATION"), requirement)
        except GuardError as error:
            return _refuse(error, start_response)
        return self._application(environ, start_response)


def token_of(environ: WSGIEnvironment) -> Token:
    """The token of a request that came through. Raises KeyError for one that needed none."""
    token: Token = environ[TOKEN_KEY]
    return token


def _refuse(error: GuardError, start_response: StartResponse) -> list[bytes]:
    body = json.dumps(error.payload).encode()
    headers = {**error.headers, "Content-Type": "application/json", "Content-Length": str(len(body))}
    start_response(f"{error.status} {HTTPStatus(error.status).phrase}", list(headers.items()))
    return [body]
