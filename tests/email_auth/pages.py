"""What a person does on the pages of this room, in one call each."""

import re
from typing import Any, cast
from urllib.parse import urlsplit

from django.core import mail
from django.http import HttpResponse
from django.test import Client

EMAIL = "bat@example.com"
OTHER_EMAIL = "oyun@example.com"
PASSWORD = "seven green bicycles"
NEW_PASSWORD = "nine purple umbrellas"

SIGNUP = "/signup/email/"
CHOOSE_PASSWORD = "/signup/email/password/"
LOGIN = "/login/email/"
RESET = "/password/forgot/email/"
RESET_PASSWORD = "/password/forgot/email/new/"
CHANGE_PASSWORD = "/account/password/"
CHANGE = "/account/email/"
LOGOUT = "/logout/"

CODE = re.compile(r"^([0-9]{6,8}) is your code", re.MULTILINE)
LINK = re.compile(r"^(https?://\S+)$", re.MULTILINE)


def post(client: Client, url: str, data: dict[str, Any] | None = None, **headers: Any) -> HttpResponse:
    """Send a form as the browser does: nothing is followed."""
    return cast(HttpResponse, client.post(url, data or {}, **headers))


def letters_to(email: str) -> list[str]:
    """The texts of the e-mails to an address, oldest first."""
    return [str(letter.body) for letter in mail.outbox if letter.to == [email]]


def code_of(text: str) -> str:
    found = CODE.search(text)
    assert found is not None, text
    return found[1]


def link_of(text: str) -> str:
    found = LINK.search(text)
    assert found is not None, text
    return found[1]


def path_of(url: str) -> str:
    return urlsplit(url).path


def last_code(email: str = EMAIL) -> str:
    return code_of(_last_with_code(email))


def last_link(email: str = EMAIL) -> str:
    """The path of the newest link."""
    return path_of(link_of(_last_with_code(email)))


def _last_with_code(email: str) -> str:
    """The newest one that carries a code: notices come in between."""
    return [text for text in letters_to(email) if CODE.search(text)][-1]


def wrong(code: str) -> str:
    """Another code of the same form."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def ask(client: Client, way: str, email: str = EMAIL) -> None:
    """Type an address at the start of a way."""
    answer = post(client, way, {"email": email})
    assert (answer.status_code, answer["Location"]) == (303, f"{way}verify/"), answer.content.decode()


def ask_for_code(client: Client, way: str, email: str = EMAIL) -> str:
    ask(client, way, email)
    return last_code(email)


def prove(client: Client, way: str, email: str = EMAIL) -> HttpResponse:
    """Ask for an e-mail and type in its code."""
    return post(client, f"{way}verify/", {"code": ask_for_code(client, way, email)})


def sign_up(client: Client, email: str = EMAIL, password: str = PASSWORD, **fields: str) -> HttpResponse:
    """The whole way."""
    assert prove(client, SIGNUP, email)["Location"] == CHOOSE_PASSWORD
    return post(client, CHOOSE_PASSWORD, {"password": password, **fields})


def sign_in(client: Client, email: str = EMAIL, password: str = PASSWORD) -> HttpResponse:
    return post(client, LOGIN, {"email": email, "password": password})


def is_signed_in(client: Client) -> bool:
    """Whether the logout page has somebody to sign out."""
    return b'<form method="post">' in client.get(LOGOUT).content


def text_of(answer: Any) -> str:
    return str(answer.content.decode())
