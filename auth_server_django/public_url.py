"""The address under which a tunnel brings the world to a development server.

`PUBLIC_URL=https://…` names it; `PUBLIC_URL=auto` asks the tunnel on this machine: ngrok's and cloudflared's local APIs
say it. It becomes the issuer, so it is never taken from a request's header, which anybody can write.
"""

import json
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

AUTO = "auto"
PATIENCE_SECONDS = 2.0
NO_TUNNEL = (
    "PUBLIC_URL=auto, but no tunnel to port {port} was found on this machine. Start one first: `ngrok http {port}`, or "
    "`cloudflared tunnel --url http://localhost:{port} --metrics localhost:20241`. Or give its address: "
    "PUBLIC_URL=https://…"
)

Ask = Callable[[str], Any]


def public_url(wish: str, *, port: int, ask: Ask | None = None) -> str:
    """The https origin that `PUBLIC_URL` names or a tunnel tells. Raises ImproperlyConfigured in words."""
    url = _ask_tunnels(port, ask or _get_json) if wish == AUTO else wish
    return _checked(url.rstrip("/"))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    is_origin = parts.scheme == "https" and parts.hostname and url == f"https://{parts.netloc}"
    if not is_origin or "@" in parts.netloc:
        raise ImproperlyConfigured(
            f"PUBLIC_URL must be an origin such as https://abc.ngrok.app; it is {url!r}."
        )
    return url.lower()


def _ask_tunnels(port: int, ask: Ask) -> str:
    for api, read in TUNNELS.items():
        try:
            found = read(ask(api), port)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # nothing listens there, or something that is no tunnel
        if found:
            return found
    raise ImproperlyConfigured(NO_TUNNEL.format(port=port))


def _of_ngrok(answer: Mapping[str, Any], port: int) -> str:
    """ngrok may run several tunnels: the one that leads to our port."""
    for tunnel in answer["tunnels"]:
        leads_to = str(tunnel["config"]["addr"]).rpartition(":")[2]
        if tunnel["proto"] == "https" and leads_to == str(port):
            return str(tunnel["public_url"])
    return ""


def _of_cloudflared(answer: Mapping[str, Any], port: int) -> str:
    """It does not say which port it leads to, and has one tunnel only."""
    return f"https://{answer['hostname']}" if answer.get("hostname") else ""


TUNNELS: Mapping[str, Callable[[Mapping[str, Any], int], str]] = {
    "http://127.0.0.1:4040/api/tunnels": _of_ngrok,
    "http://127.0.0.1:20241/quicktunnel": _of_cloudflared,
}


def _get_json(url: str) -> Any:
    # This machine only, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)
