"""An API that keeps notes, behind the server's access tokens. Plain WSGI: nothing is needed but token_guard.

PYTHONPATH=resource_server/src .venv/bin/python examples/resource_server/notes_api.py
"""

import json
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from wsgiref.simple_server import make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from token_guard import Guard, Liveness, Requirement, Token, require
from token_guard.adapters.wsgi import Protected, token_of

MAX_BODY_BYTES = 10_000
MAX_NOTES = 100
# What each operation needs. A sign-in with two factors, not older than an hour, for the settings (RFC 9470).
RULES: Mapping[tuple[str, str], Requirement] = {
    ("GET", "/notes"): require("read"),
    ("POST", "/notes"): require("write"),
    ("GET", "/settings"): require("read", acr="aal2", max_age=3600),
}


@dataclass(frozen=True)
class Note:
    title: str
    text: str


@dataclass(frozen=True)
class Answer:
    status: HTTPStatus
    body: object


Operation = Callable[[Token, WSGIEnvironment], Answer]


class NotesApi:
    """The API itself. It trusts that `Protected` has let in only what `RULES` allow."""

    def __init__(self) -> None:
        self._notes: defaultdict[str, list[Note]] = defaultdict(list)
        self._lock = Lock()
        self._operations: Mapping[tuple[str, str], Operation] = {
            ("GET", "/notes"): self._list,
            ("POST", "/notes"): self._add,
            ("GET", "/settings"): self._settings,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        operation = self._operations.get(_operation_of(environ))
        answer = operation(token_of(environ), environ) if operation else self._other(environ)
        body = json.dumps(answer.body).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [body]

    def _list(self, token: Token, environ: WSGIEnvironment) -> Answer:
        """Whole notes for whom the person gave everything, titles for everybody else."""
        notes = self._notes.get(token.subject, [])
        if detail_of(token) == "everything":
            return Answer(HTTPStatus.OK, [asdict(note) for note in notes])
        return Answer(HTTPStatus.OK, [{"title": note.title} for note in notes])

    def _add(self, token: Token, environ: WSGIEnvironment) -> Answer:
        note = _read_note(environ)
        if note is None:
            return Answer(HTTPStatus.BAD_REQUEST, {"error": 'Send {"title": "…", "text": "…"}.'})
        with self._lock:
            notes = self._notes[token.subject]
            if len(notes) >= MAX_NOTES:
                return Answer(HTTPStatus.CONFLICT, {"error": "There is no room for another note."})
            notes.append(note)
        return Answer(HTTPStatus.CREATED, asdict(note))

    def _settings(self, token: Token, environ: WSGIEnvironment) -> Answer:
        return Answer(HTTPStatus.OK, {"person": token.subject, "room_for_notes": MAX_NOTES})

    def _other(self, environ: WSGIEnvironment) -> Answer:
        path = environ["PATH_INFO"]
        if path == "/":
            return Answer(HTTPStatus.OK, {"operations": [" ".join(name) for name in self._operations]})
        known = any(path == known for _, known in self._operations)
        status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
        return Answer(status, {"error": status.phrase})


def detail_of(token: Token) -> str:
    """How much of the notes may be shown: the limit that the level sets when the issuer said it, else the level."""
    limits = token.limits.get("read")
    return str(limits.get("detail", "")) if limits is not None else token.levels.get("read", "")


def make_application(settings: Mapping[str, str]) -> WSGIApplication:
    """The guarded API. With `API_CLIENT_ID` and `API_CLIENT_SECRET` the issuer is asked about every token, too."""
    issuer = settings.get("ISSUER_URL", "http://localhost:8000")
    client_id, secret = settings.get("API_CLIENT_ID", ""), _secret(settings)
    guard = Guard(
        issuer=issuer,
        audience=settings.get("API_AUDIENCE", issuer),
        liveness=Liveness(client_id=client_id, client_secret=secret) if client_id else None,
        connect_to=settings.get("ISSUER_CONNECT_TO", ""),
    )
    return Protected(NotesApi(), guard, lambda environ: RULES.get(_operation_of(environ)))


def _secret(settings: Mapping[str, str]) -> str:
    file = settings.get("API_CLIENT_SECRET_FILE")
    return Path(file).read_text().strip() if file else settings.get("API_CLIENT_SECRET", "")


def _operation_of(environ: WSGIEnvironment) -> tuple[str, str]:
    return environ["REQUEST_METHOD"], environ["PATH_INFO"]


def _read_note(environ: WSGIEnvironment) -> Note | None:
    """The note in the body; None when there is none."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not 0 < length <= MAX_BODY_BYTES:
            return None
        sent = json.loads(environ["wsgi.input"].read(length))
    except (ValueError, RecursionError):
        return None
    title, text = (sent.get("title"), sent.get("text")) if isinstance(sent, dict) else (None, None)
    return Note(title, text) if isinstance(title, str) and isinstance(text, str) else None


def main() -> None:
    """Serve on this machine until stopped."""
    logging.basicConfig(level=logging.INFO)
    port = int(os.environ.get("API_PORT", "9000"))
    with make_server(os.environ.get("API_HOST", "127.0.0.1"), port, make_application(os.environ)) as server:
        print(f"Notes API on http://localhost:{port}")
        server.serve_forever()


if __name__ == "__main__":
    main()
