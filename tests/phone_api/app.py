"""An app as the JSON flow sees it: an address, perhaps a device id, and one call per step."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from messaging_app.gateways import memory

PHONE = "+97699112233"
OTHER_PHONE = "+97688112244"
PASSWORD = "seven green bicycles"
CODE = re.compile(r"#([0-9]{6})\b")
PROFILE = {"email": "ali@example.com", "first_name": "Ali", "last_name": "Ahmadi"}
DEVICE = "device-of-somebody-0001"


@dataclass
class PhoneApp:
    """Answers are Django's responses; the walks return what was got."""

    client: Client

    def post(self, path: str, /, **fields: Any) -> Any:
        return self.client.post(f"/api/{path}/", fields, content_type="application/json")

    def register(self, number: str = PHONE, **fields: Any) -> Any:
        return self.post("register", mobile_number=number, **fields)

    def begin(self, number: str = PHONE, **fields: Any) -> str:
        """The id of a new session."""
        answer = self.register(number, **fields)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["session_id"])

    def prove(self, number: str = PHONE, **fields: Any) -> str:
        """A session whose number is proven."""
        session_id = self.begin(number, **fields)
        answer = self.post("verify-otp", session_id=session_id, code=last_code(number))
        assert answer.json() == {"session_id": session_id, "next_step": "set_password"}
        return session_id

    def choose_password(self, number: str = PHONE, password: str = PASSWORD, **fields: Any) -> str:
        """A session whose account is made."""
        session_id = self.prove(number, **fields)
        answer = self.post("set-password", session_id=session_id, password=password)
        assert answer.json() == {"session_id": session_id, "next_step": "user_info"}
        return session_id

    def sign_up(self, number: str = PHONE, **fields: Any) -> dict[str, Any]:
        """The tokens of a new person."""
        answer = self.post("user-info", session_id=self.choose_password(number, **fields), **PROFILE)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def log_in(self, number: str = PHONE, password: str = PASSWORD, **fields: Any) -> Any:
        return self.post("login", session_id=self.begin(number, **fields), password=password)


def codes_sent_to(number: str) -> list[str]:
    """Every code that the gateway carried to a number, oldest first."""
    return [match[1] for sent in memory.delivered if sent.to == number and (match := CODE.search(sent.text))]


def last_code(number: str = PHONE) -> str:
    return codes_sent_to(number)[-1]


def wrong(code: str) -> str:
    """Another code of the same form."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def assert_problem(answer: Any, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The answer is a problem document of this status and code, about these fields; returns it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    document = dict(answer.json())
    assert (document["status"], document["code"], document["type"]) == (status, code, "about:blank")
    assert document["title"]
    assert document["detail"]
    assert tuple(document.get("errors", {})) == fields
    assert "Traceback" not in answer.content.decode()
    return document
