"""What a person does on the pages of this room, in one call each."""

import re
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from messaging_app.gateways import memory

PHONE = "+97699112233"
OTHER_PHONE = "+97688112244"
PASSWORD = "seven green bicycles"

SIGNUP = "/signup/"
VERIFY = "/signup/verify/"
RESEND = "/signup/resend/"
CHOOSE_PASSWORD = "/signup/password/"
PROFILE = "/signup/profile/"
LOGIN = "/login/"
LOGOUT = "/logout/"
SIGNED_OUT = "/o/signed-out/"
CODE_LOGIN = "/login/code/"
CODE_LOGIN_VERIFY = "/login/code/verify/"
CODE_LOGIN_RESEND = "/login/code/resend/"
RESET = "/password/forgot/"
RESET_VERIFY = "/password/forgot/verify/"
RESET_RESEND = "/password/forgot/resend/"
RESET_PASSWORD = "/password/forgot/new/"
CHANGE = "/account/phone/"
CHANGE_VERIFY = "/account/phone/verify/"
CHANGE_RESEND = "/account/phone/resend/"

ARABIC_ZERO = 0x0660
WIDE_ZERO = 0xFF10

CODE = re.compile(r"#([0-9]{6,8})\b")
CSRF_INPUT = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def in_digits_from(zero: int, text: str) -> str:
    """The same number in another script, whose digits start at the code point `zero`."""
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def post(client: Client, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """Send a form as the browser does: nothing is followed."""
    return cast(HttpResponse, client.post(url, data or {}))


def codes_sent_to(phone: str) -> list[str]:
    """Every code that the gateway carried to a number, oldest first."""
    return [match[1] for sent in memory.delivered if sent.to == phone and (match := CODE.search(sent.text))]


def wrong(code: str) -> str:
    """Another code of the same form."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def start(client: Client, phone: str = PHONE) -> str:
    """Ask for a code; returns the one that was sent last."""
    response = post(client, SIGNUP, {"phone": phone})
    assert (response.status_code, response["Location"]) == (303, VERIFY)
    return codes_sent_to(phone)[-1]


def ask_for_code(client: Client, url: str, phone: str = PHONE) -> str:
    """Type a number at the start of a way; returns the code that was sent last."""
    response = post(client, url, {"phone": phone})
    assert (response.status_code, response["Location"]) == (303, f"{url}verify/"), response.content.decode()
    return codes_sent_to(phone)[-1]


def prove_number(client: Client, phone: str = PHONE) -> None:
    """Ask for a code and type it in."""
    response = post(client, VERIFY, {"code": start(client, phone)})
    assert (response.status_code, response["Location"]) == (303, CHOOSE_PASSWORD)


def sign_up(client: Client, phone: str = PHONE, password: str = PASSWORD) -> None:
    """The whole way up to the profile page."""
    prove_number(client, phone)
    response = post(client, CHOOSE_PASSWORD, {"password": password})
    assert (response.status_code, response["Location"]) == (303, PROFILE)


def sign_in(client: Client, phone: str = PHONE, password: str = PASSWORD) -> HttpResponse:
    """Send the login form."""
    return post(client, LOGIN, {"phone": phone, "password": password})


def is_signed_in(client: Client) -> bool:
    """Whether the logout page has somebody to sign out."""
    return b'<form method="post">' in client.get(LOGOUT).content


def page_text(response: HttpResponse) -> str:
    """The page without what differs on every rendering."""
    return CSRF_INPUT.sub("", response.content.decode())
