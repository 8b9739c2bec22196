"""An issuer over real HTTP on this machine that can also do what no good one does: forge, fail, send nonsense."""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

AUDIENCE = "https://notes.example/api"
HANGS_SECONDS = 120
API = ("notes-api", "a secret with : and % in it")
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey
JWK_OF = {
    "RS256": jwt.algorithms.RSAAlgorithm.to_jwk,
    "ES256": jwt.algorithms.ECAlgorithm.to_jwk,
    "EdDSA": jwt.algorithms.OKPAlgorithm.to_jwk,
}


def new_key(algorithm: str = "ES256") -> PrivateKey:
    """A private key for an algorithm."""
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else Ed25519PrivateKey.generate()


def public_jwk(key: PrivateKey, kid: str, algorithm: str) -> dict[str, Any]:
    """The public half as the issuer publishes it."""
    described: Any = JWK_OF[algorithm](key.public_key(), as_dict=True)  # type: ignore[operator]
    return {**described, "kid": kid, "use": "sig", "alg": algorithm}


def public_pem(key: PrivateKey) -> bytes:
    """The public half as PEM: what an attacker would take for a shared secret."""
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def encode(part: object) -> str:
    """One part of a handmade token."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class FakeIssuer:
    """`answers` says what each path answers: a value (JSON), bytes (sent as they are), a status alone, or pieces."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.hosts: set[str] = set()
        self.key: PrivateKey = new_key()
        self.kid, self.algorithm = "first", "ES256"
        self.active = True
        self.closing = threading.Event()
        self.facts: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.answers: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                "introspection_endpoint": f"{self.url}/introspect",
            },
            "/introspect": self._introspection,
        }
        self.publish()

    def publish(self, *more: dict[str, Any]) -> None:
        """Put the present key into the key set, with others."""
        self.answers["/keys"] = {"keys": [public_jwk(self.key, self.kid, self.algorithm), *more]}

    def rotate(self, kid: str, algorithm: str = "ES256") -> None:
        """Sign with a new key from now on, and publish it alone."""
        self.key, self.kid, self.algorithm = new_key(algorithm), kid, algorithm
        self.publish()

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good access token; `None` leaves one out."""
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "person-1", "aud": AUDIENCE, "exp": now + 600, "iat": now, "jti": "j-1",
            "client_id": "notes", "scope": "openid read write", "sid": "s-1", "acr": "aal1", "auth_time": now,
            "policies": {"read": "everything"}, **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token signed with the present key, good unless something is changed; `None` leaves a member out."""
        headers = {"typ": "at+jwt", "kid": self.kid, **(header or {})}
        return jwt.encode(
            self.claims(**changes),
            self.key,
            algorithm=self.algorithm,
            headers={name: value for name, value in headers.items() if value is not None},
        )

    @contextmanager
    def running(self) -> Iterator["FakeIssuer"]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(5)

    def hangs(self, headers: Any, form: dict[str, list[str]]) -> int:
        """An answer that does not come."""
        self.closing.wait(HANGS_SECONDS)
        return 503

    def drops_once(self, path: str) -> Any:
        """No answer at all, as from a kept connection that was just closed; next time the usual one."""
        usual = self.answers[path]

        def drop(headers: Any, form: dict[str, list[str]]) -> None:
            self.answers[path] = usual

        return drop

    def trickles(self, headers: Any, form: dict[str, list[str]]) -> Iterator[bytes]:
        """An answer that never stops coming, too little at a time for a time-out between two pieces."""
        while not self.closing.wait(0.02):
            yield b" "

    def _introspection(self, headers: Any, form: dict[str, list[str]]) -> Any:
        expected = base64.b64encode(b"notes-api:a+secret+with+%3A+and+%25+in+it").decode()
        if headers.get("Authorization") != f"Basic {expected}" or "token" not in form:
            return 401
        return {"active": True, **self.facts} if self.active else {"active": False}


def _handler_for(issuer: FakeIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(parse_qs(self.rfile.read(length).decode()))

        def _answer(self, form: dict[str, list[str]]) -> None:
            issuer.asked[self.path] += 1
            issuer.hosts.add(self.headers["Host"])
            said = issuer.answers.get(self.path, 404)
            said = said(self.headers, form) if callable(said) else said
            if said is None:
                return
            if isinstance(said, Iterator):
                self._trickle(said)
                return
            body = (
                b""
                if isinstance(said, int)
                else said
                if isinstance(said, bytes)
                else json.dumps(said).encode()
            )
            self.send_response(said if isinstance(said, int) else 200)
            if said == 302:
                self.send_header("Location", f"{issuer.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _trickle(self, pieces: Iterator[bytes]) -> None:
            self.send_response(200)
            self.end_headers()
            # Whoever asked may hang up.
            with suppress(OSError):
                for piece in pieces:
                    self.wfile.write(piece)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
