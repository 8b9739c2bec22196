"""What a person does about second factors on the pages, in one call each."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
from django.core import mail
from django.test import Client

from messaging_app.gateways import memory
from tests.mfa.key import SoftKey
from tests.short_codes import other_than

PHONE = "+97699112233"
PASSWORD = "correct horse battery"
SECURITY = "/account/security/"
SECRET = re.compile(r'<code class="ltr secret">([A-Z2-7 ]+)</code>')
BACKUP_CODE = re.compile(r"<code>([0-9a-z-]{19})</code>")
CODE = re.compile(r"\b([0-9]{6})\b")


@dataclass
class AuthApp:
    """An authenticator app with one secret. The clock is the tests'."""

    secret: str

    def code(self, at: datetime | None = None, *, steps: int = 0) -> str:
        moment = at or datetime.now(UTC)
        return pyotp.TOTP(self.secret).at(moment, counter_offset=steps)

    def wrong_code(self) -> str:
        """Wrong now and for the next minutes too."""
        return other_than(self.code(steps=steps) for steps in range(-3, 8))


def sign_in(client: Client, phone: str = PHONE, password: str = PASSWORD, **query: str) -> Any:
    """Send the login form."""
    return client.post("/login/", {"phone": phone, "password": password}, query_params=query)


def is_signed_in(client: Client) -> bool:
    return client.get(SECURITY).status_code == 200


def challenge_of(answer: Any) -> str:
    """The address of the page that asks for a second factor, where this answer leads."""
    assert answer.status_code == 303, answer.content.decode()
    assert answer["Location"].startswith("/login/second-factor/?"), answer["Location"]
    return str(answer["Location"])


def login_id(challenge: str) -> str:
    return parse_qs(urlsplit(challenge).query)["login"][0]


def at(challenge: str, page: str = "", **query: str) -> str:
    """Another page of the same login."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/login/second-factor/{page}?login={login_id(challenge)}{more}"


def shown_app(client: Client) -> AuthApp:
    """The app that has read the secret which is being set up."""
    found = SECRET.search(client.get(f"{SECURITY}app/set-up/").content.decode())
    assert found is not None
    return AuthApp(found[1].replace(" ", ""))


def add_app(client: Client, name: str = "my phone") -> AuthApp:
    """Set up an authenticator app on the security page."""
    answer = client.post(f"{SECURITY}app/")
    assert (answer.status_code, answer["Location"]) == (303, f"{SECURITY}app/set-up/"), answer.content
    app = shown_app(client)
    done = client.post(f"{SECURITY}app/set-up/", {"code": app.code(), "name": name})
    assert done.status_code == 303, done.content.decode()
    return app


def add_passkey(client: Client, key: SoftKey | None = None, name: str = "laptop") -> SoftKey:
    """Add a passkey on the security page."""
    made = key or SoftKey()
    asked = client.post(f"{SECURITY}passkey/options/")
    assert asked.status_code == 200, asked.content
    done = client.post(f"{SECURITY}passkey/", {**made.create(asked.json()), "name": name})
    assert done.status_code == 303, done.content.decode()
    return made


def make_backup_codes(client: Client) -> list[str]:
    answer = client.post(f"{SECURITY}backup-codes/")
    assert answer.status_code == 200, answer
    return BACKUP_CODE.findall(answer.content.decode())


def add_codes(client: Client, kind: str) -> None:
    answer = client.post(f"{SECURITY}codes/{kind}/")
    assert answer.status_code == 303, answer


def last_sms(phone: str = PHONE) -> str:
    texts = [sent.text for sent in memory.delivered if sent.to == phone and "#" in sent.text]
    return str(CODE.findall(texts[-1])[0])


def last_letter() -> str:
    letters = [letter for letter in mail.outbox if "is your code" in letter.body]
    return str(CODE.findall(str(letters[-1].body))[0])
