r"""Connects a terminal program as a TV or a CLI does (RFC 8628): show a code, wait for the person, use the tokens.

    manage.py create_client --name "My CLI" --client-id my-cli --public \
        --grant-type device_code --grant-type refresh_token
    python examples/device_client.py http://localhost:8000 my-cli

Needs httpx. Tokens are shown cut short.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
DEFAULT_INTERVAL = 5
SLOWER_BY = 5
SHOWN = 12
REFUSED = 400


class Refused(Exception):
    """The server said no, for good. `error` is the word of RFC 6749 §5.2 or RFC 8628 §3.5."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error


@dataclass
class DeviceClient:
    """A program without a browser. `sleep` gets seconds; a client secret is not needed by a public client."""

    http: httpx.Client
    client_id: str
    sleep: Callable[[float], None] = time.sleep

    def discover(self) -> dict[str, Any]:
        """Where the endpoints are (RFC 8414)."""
        return _answer(self.http.get("/.well-known/oauth-authorization-server"))

    def ask(self, endpoint: str, scope: str) -> dict[str, Any]:
        """The codes, and where the person has to go with them."""
        return _answer(self.http.post(endpoint, data={"client_id": self.client_id, "scope": scope}))

    def wait(self, endpoint: str, codes: dict[str, Any]) -> dict[str, Any]:
        """Poll until the person has decided. Raises Refused when they denied it or the code ran out."""
        form = {"grant_type": DEVICE_CODE, "client_id": self.client_id, "device_code": codes["device_code"]}
        interval = int(codes.get("interval", DEFAULT_INTERVAL))
        while True:
            self.sleep(interval)
            try:
                return _answer(self.http.post(endpoint, data=form))
            except Refused as refusal:
                if refusal.error == "slow_down":
                    interval += SLOWER_BY  # for this and every later poll (RFC 8628 §3.5)
                elif refusal.error != "authorization_pending":
                    raise
            except httpx.TimeoutException:
                interval *= 2  # RFC 8628 §3.5: back off when the server does not answer


def _answer(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    if answer.status_code >= REFUSED:
        raise Refused(str(body.get("error")), str(body.get("error_description", "")))
    return body


def connect(client: DeviceClient, scope: str, say: Callable[[str], None]) -> dict[str, Any]:
    """The whole flow; returns the token answer. Raises Refused."""
    endpoints = client.discover()
    codes = client.ask(endpoints["device_authorization_endpoint"], scope)
    say(f"Open   {codes['verification_uri']}")
    say(f"Enter  {codes['user_code']}")
    say(f"or open {codes['verification_uri_complete']} and compare the code.")
    tokens = client.wait(endpoints["token_endpoint"], codes)
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    person = _answer(client.http.get(endpoints["userinfo_endpoint"], headers=header))
    say(f"Connected as {person.get('name') or person['sub']}.")
    return tokens


def main(arguments: list[str]) -> int:
    """0 when the program was connected."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", help="the server, as http://localhost:8000")
    parser.add_argument("client_id")
    parser.add_argument("--scope", default="openid profile offline_access")
    options = parser.parse_args(arguments)
    with httpx.Client(base_url=options.url, timeout=10) as http:
        try:
            tokens = connect(DeviceClient(http, options.client_id), options.scope, print_line)
        except Refused as refusal:
            print(refusal, file=sys.stderr)
            return 1
    for name in ("access_token", "refresh_token"):
        if name in tokens:
            print(f"{name}  {tokens[name][:SHOWN]}…")
    return 0


def print_line(line: str) -> None:
    """At once, also into a pipe: the person has to see the code while the program waits."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
