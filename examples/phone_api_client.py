"""Walks the JSON flow as an app with pages of its own does: sign up, use and refresh the tokens, sign in, revoke.

    python examples/phone_api_client.py http://localhost:8000 +97688112233

In development (`make run`) the code is read from the inbox at /dev/inbox/; with --ask it is typed in.
Needs httpx. Tokens are shown cut short.
"""

import argparse
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

CLIENT_ID = "first-party"
SHOWN = 12
REFUSED = 400


class Refused(Exception):
    """The server said no. `problem` is its problem document (RFC 9457) or OAuth error."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: str) -> None:
        wait = f" Come back in {retry_after} s." if retry_after else ""
        super().__init__(f"{status}: {problem.get('detail') or problem.get('error')}{wait}")
        self.status = status
        self.problem = problem


@dataclass
class PhoneApi:
    """The requests of the flow, one method each. `say` gets a line for every answer."""

    http: httpx.Client
    say: Callable[[str], None] = print
    # Made once per installation and kept: it makes this a known device.
    device_id: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def register(self, number: str) -> dict[str, Any]:
        return self._json("/api/register/", mobile_number=number, device_id=self.device_id)

    def verify_otp(self, session_id: str, code: str) -> dict[str, Any]:
        return self._json("/api/verify-otp/", session_id=session_id, code=code)

    def set_password(self, session_id: str, password: str) -> dict[str, Any]:
        return self._json("/api/set-password/", session_id=session_id, password=password)

    def user_info(self, session_id: str, **profile: str) -> dict[str, Any]:
        return self._json("/api/user-info/", session_id=session_id, **profile)

    def login(self, session_id: str, password: str) -> dict[str, Any]:
        return self._json("/api/login/", session_id=session_id, password=password)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self._read("/o/userinfo/", self.http.get("/o/userinfo/", headers=headers))

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": refresh_token}
        return self._read("/o/token/", self.http.post("/o/token/", data=form))

    def revoke(self, token: str) -> None:
        form = {"client_id": CLIENT_ID, "token": token}
        self._read("/o/revoke_token/", self.http.post("/o/revoke_token/", data=form))

    def code_from_inbox(self, number: str) -> str:
        """The newest code that was "sent" to a number, from the development inbox; "" when there is none."""
        answer = self.http.get("/dev/inbox/", params={"format": "json", "to": number})
        letters = answer.json()["messages"] if answer.is_success else []
        return next((str(letter["code"]) for letter in letters if letter["code"]), "")

    def _json(self, path: str, **fields: str) -> dict[str, Any]:
        return self._read(path, self.http.post(path, json=fields))

    def _read(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json() if answer.content else {}
        self.say(f"{answer.status_code}  {path:<20} {_shown(body)}")
        if answer.status_code >= REFUSED:
            raise Refused(answer.status_code, body, answer.headers.get("Retry-After", ""))
        return body


def walk(api: PhoneApi, number: str, password: str, read_code: Callable[[], str]) -> None:
    """Sign up with a new number, use the tokens, sign in again. `read_code` gives the code of the SMS."""
    session = api.register(number)
    if session["next_step"] == "otp":
        session = api.verify_otp(session["session_id"], read_code())
        session = api.set_password(session["session_id"], password)
        tokens = api.user_info(
            session["session_id"], email="saruul@example.com", first_name="Saruul", last_name="Bold"
        )
    else:
        tokens = api.login(session["session_id"], password)
    api.userinfo(tokens["access_token"])
    # Store the new refresh token before using the answer: the old one is dead.
    tokens = api.refresh(tokens["refresh_token"])
    api.userinfo(tokens["access_token"])

    again = api.register(number)
    fresh = api.login(again["session_id"], password)
    api.revoke(fresh["refresh_token"])
    _expect_refusal(api, fresh["access_token"])
    api.userinfo(tokens["access_token"])


def _expect_refusal(api: PhoneApi, access_token: str) -> None:
    try:
        api.userinfo(access_token)
    except Refused:
        return
    raise SystemExit("a revoked token was accepted")


def _shown(body: dict[str, Any]) -> str:
    secret = {"access_token", "refresh_token", "id_token", "session_id"}
    return ", ".join(
        f"{name}={str(value)[:SHOWN]}…" if name in secret else f"{name}={value}"
        for name, value in body.items()
    )


def main(arguments: list[str]) -> int:
    """Run the walk; 0 when every step did what it should."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", help="the server, as http://localhost:8000")
    parser.add_argument("number", help="a mobile number, as +97688112233")
    parser.add_argument("--password", default="seven green bicycles")
    parser.add_argument("--ask", action="store_true", help="type the code in instead of reading /dev/inbox/")
    options = parser.parse_args(arguments)
    with httpx.Client(base_url=options.url, timeout=10) as http:
        api = PhoneApi(http)

        def read_code() -> str:
            return "" if options.ask else api.code_from_inbox(options.number)

        try:
            walk(api, options.number, options.password, lambda: read_code() or input("Code from the SMS: "))
        except Refused as refusal:
            print(refusal, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
