"""Which way the test client comes in: by Django's own handler, or by the fast lane in front of it (`ENTRANCE=lane`).

Any test of the protocol may be run again by the other entrance: `ENTRANCE=lane pytest tests/spec`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import client

from auth_server_django.fast_lane.lane import FastLane, StartResponse
from auth_server_django.fast_lane.routes import machine_routes

VARIABLE = "ENTRANCE"
LANE = "lane"


class LaneHandler(client.ClientHandler):
    """The test client's handler with the lane in front of it, as `wsgi.py` has it."""

    _lane: FastLane | None = None
    _machines: frozenset[str] = frozenset()

    def __call__(self, environ: dict[str, Any]) -> Any:
        """The response to this environ; one of the lane's looks as if Django had made it."""
        if self._lane is None:
            self._lane, self._machines = FastLane(self._by_django), frozenset(machine_routes())
        # Every real request names its host. An app's server has no cookies; tests call from a browser's client.
        environ.setdefault("HTTP_HOST", environ["SERVER_NAME"])
        if environ["PATH_INFO"] in self._machines:
            environ["HTTP_COOKIE"] = ""
        heads: list[tuple[str, list[tuple[str, str]]]] = []
        with _connections_kept():
            answer: Any = self._lane(environ, lambda status, headers: heads.append((status, headers)))
            if isinstance(answer, HttpResponse):
                return answer
            response = _response(b"".join(answer), *heads[0])
            if hasattr(answer, "close"):
                answer.close()
        request = WSGIRequest(environ)
        response.wsgi_request = request  # type: ignore[attr-defined]
        return client.conditional_content_removal(request, response)

    def _by_django(self, environ: dict[str, Any], start_response: StartResponse) -> Any:
        return super().__call__(environ)


def come_in_by_the_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test client made from here on goes through the lane."""
    monkeypatch.setattr(client, "ClientHandler", LaneHandler)


def _response(body: bytes, status: str, headers: list[tuple[str, str]]) -> HttpResponse:
    response = HttpResponse(body, status=int(status.split()[0]))
    del response["Content-Type"]
    for name, value in headers:
        response[name] = value
    return response


@contextmanager
def _connections_kept() -> Iterator[None]:
    """As Django's test client does: the test's own connection is not closed between two requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
