"""One request through both entrances, as raw WSGI, and everything that a caller or an operator can see of it."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from prometheus_client import REGISTRY

from auth_server_django.fast_lane.lane import FastLane
from auth_server_django.logs.access import ACCESS
from auth_server_django.observed import NO_ROUTE
from obligations_app.models import OAuthTokenLog
from tests.oauth import FORM

# Random, or made from what is random; their lengths are not.
RANDOM_MEMBERS = {
    "access_token", "refresh_token", "id_token", "jti", "device_code", "user_code", "verification_uri_complete",
}  # fmt: skip
# In pages, which are Django's anyway.
CSRF_TOKEN = re.compile(rb'(?<="csrfmiddlewaretoken" value=")\w+')
RECORDED = ("event", "outcome", "reason", "client_id", "grant_type", "ip", "user_agent")


@dataclass(frozen=True)
class Request:
    """What comes over the wire. `environ` is laid over an ordinary one; None takes a variable out of it."""

    method: str
    path: str
    body: bytes = b""
    environ: Mapping[str, Any] = field(default_factory=dict)

    def as_environ(self) -> dict[str, Any]:
        """The environ a WSGI server would make of it."""
        ordinary = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": FORM if self.body else "",
            "CONTENT_LENGTH": str(len(self.body)) if self.body else "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "HTTP_HOST": "testserver",
            "HTTP_USER_AGENT": "an app/1.0",
            "HTTP_ACCEPT": "*/*",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        return {name: value for name, value in (ordinary | dict(self.environ)).items() if value is not None}


@dataclass(frozen=True)
class Seen:
    """What can be seen of a request afterwards, without what is different every time."""

    status: str
    headers: Mapping[str, str]
    body: object
    lines: list[dict[str, object]]
    counted: float
    rows: list[tuple[object, ...]]


@dataclass
class Entrances:
    """Django's own handler, and the lane in front of it."""

    django: WSGIHandler = field(default_factory=WSGIHandler)
    passed_on: int = 0

    def __post_init__(self) -> None:
        self._lane = FastLane(self._pass_on)

    def by_django(self, request: Request) -> Seen:
        """What is seen when the lane is switched off."""
        return _see(self.django, request)

    def by_lane(self, request: Request) -> Seen:
        """What is seen when it is not; `passed_on` counts what it left to Django."""
        return _see(self._lane, request)

    def _pass_on(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.passed_on += 1
        return self.django(environ, start_response)


def _see(application: Callable[..., Any], request: Request) -> Seen:
    heads: list[tuple[str, list[tuple[str, str]]]] = []
    known = set(OAuthTokenLog.objects.values_list("pk", flat=True))
    with _access_lines() as lines:
        before = _counted()
        answer = application(request.as_environ(), lambda status, headers: heads.append((status, headers)))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        counted = _counted() - before
    ((status, headers),) = heads
    names = [name.lower() for name, _ in headers]
    assert len(set(names)) == len(names), "each header once"
    rows = OAuthTokenLog.objects.exclude(pk__in=known).order_by("pk").values_list(*RECORDED)
    given = str(request.environ.get("HTTP_X_REQUEST_ID", ""))
    return Seen(
        status=status,
        headers={name.lower(): _plain_header(name, value, given) for name, value in headers},
        body=_plain_body(body),
        lines=lines,
        counted=counted,
        rows=list(rows),
    )


def _plain_header(name: str, value: str, given_id: str) -> str:
    if name == "Set-Cookie":
        return value.partition("=")[0]
    return "another each time" if name == "X-Request-ID" and value != given_id else value


def _plain_body(body: bytes) -> object:
    try:
        members = json.loads(body)
    except ValueError:
        return CSRF_TOKEN.sub(b"", body)
    return {name: len(value) if name in RANDOM_MEMBERS else value for name, value in members.items()}


@contextmanager
def _access_lines() -> Iterator[list[dict[str, object]]]:
    """The fields of the access lines that are written meanwhile, without id and time."""
    lines: list[dict[str, object]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            fields: dict[str, object] = record.fields  # type: ignore[attr-defined]
            lines.append({name: value for name, value in fields.items() if name not in {"request_id", "ms"}})

    handler = Keeping()
    logger = logging.getLogger(ACCESS)
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)


def _counted() -> float:
    """How many requests the figures have of any method, route and status."""
    return sum(
        sample.value
        for family in REGISTRY.collect()
        if family.name == "auth_http_requests"
        for sample in family.samples
        if sample.name == "auth_http_requests_total" and sample.labels["route"] != NO_ROUTE
    )
