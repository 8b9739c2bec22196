"""A tunnel's address becomes the issuer: named, or told by the tunnel on this machine; never by a request."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from auth_server_django.public_url import TUNNELS, public_url
from scripts.live_server import ROOT

NGROK, CLOUDFLARED = TUNNELS
TUNNEL_LIST = {
    "tunnels": [
        {"public_url": "tcp://0.tcp.ngrok.io:1", "proto": "tcp", "config": {"addr": "localhost:8000"}},
        {
            "public_url": "https://other.ngrok.app",
            "proto": "https",
            "config": {"addr": "http://localhost:3000"},
        },
        {
            "public_url": "https://ours.ngrok.app",
            "proto": "https",
            "config": {"addr": "http://localhost:8000"},
        },
    ]
}


def told(**answers: Any) -> Any:
    def ask(url: str) -> Any:
        name = "ngrok" if url == NGROK else "cloudflared"
        if name not in answers:
            raise ConnectionRefusedError
        return answers[name]

    return ask


@pytest.mark.requirement("F73")
def test_the_tunnel_that_leads_to_our_port_is_taken() -> None:
    assert public_url("auto", port=8000, ask=told(ngrok=TUNNEL_LIST)) == "https://ours.ngrok.app"


@pytest.mark.requirement("F73")
def test_another_makers_tunnel_is_asked_as_well() -> None:
    ask = told(cloudflared={"hostname": "some-words.trycloudflare.com"})
    assert public_url("auto", port=8000, ask=ask) == "https://some-words.trycloudflare.com"


@pytest.mark.requirement("F73")
@pytest.mark.parametrize("answer", [{}, {"tunnels": []}, [], "tunnels", None, {"tunnels": [{}]}])
def test_without_a_tunnel_the_error_says_how_to_start_one(answer: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="ngrok http 8000"):
        public_url("auto", port=8000, ask=told(ngrok=answer))


@pytest.mark.requirement("F73")
@pytest.mark.parametrize(
    "wish",
    [
        "http://plain.example", "https://", "https://a.example/path", "https://a.example?x=1", "abc.ngrok.app",
        "https://user@a.example", "https://a.example#f", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_https_origin_is_refused(wish: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must be an origin"):
        public_url(wish, port=8000)


@pytest.mark.requirement("F73")
def test_in_production_it_is_refused() -> None:
    done = settings_with(DEBUG="0", PUBLIC_URL="https://a.example")
    assert done.returncode != 0
    assert "PUBLIC_URL is for development" in done.stderr


@pytest.mark.requirement("F73")
def test_it_is_issuer_allowed_host_and_csrf_origin() -> None:
    done = settings_with(DEBUG="1", PUBLIC_URL="https://a.ngrok.app/")
    issuer, hosts, origins, cookie = json.loads(done.stdout)
    assert issuer == "https://a.ngrok.app"
    assert "a.ngrok.app" in hosts
    assert "*" not in hosts
    assert origins == ["https://a.ngrok.app"]
    assert cookie == "__Host-session"


@pytest.mark.requirement("F73", "login:F13")
@override_settings(ALLOWED_HOSTS=["*"])
def test_no_header_moves_the_issuer(server: None, client: Client) -> None:
    answer = client.get(
        "/.well-known/openid-configuration",
        headers={
            "host": "evil.example",
            "x-forwarded-host": "evil.example",
            "forwarded": "host=evil.example",
        },
    )
    assert "evil.example" not in answer.content.decode()


@pytest.fixture
def tunnel_api() -> Iterator[str]:
    """A faithful local API of ngrok, over HTTP."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(TUNNEL_LIST).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Api) as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{api.server_port}/api/tunnels"
        api.shutdown()


@pytest.mark.requirement("F73")
def test_it_is_read_over_http(tunnel_api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth_server_django.public_url.TUNNELS", {tunnel_api: TUNNELS[NGROK]})
    assert public_url("auto", port=8000) == "https://ours.ngrok.app"


def settings_with(**environment: str) -> "subprocess.CompletedProcess[str]":
    """What the settings become in a process of their own."""
    code = (
        "import json, auth_server_django.settings as s;"
        "print(json.dumps([s.ISSUER_URL, s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS, s.SESSION_COOKIE_NAME]))"
    )
    base = {"PATH": os.environ["PATH"], "SECRET_KEY": "s" * 60, "PORT": "8000", "ISSUER_URL": ""}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**base, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
