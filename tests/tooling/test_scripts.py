"""The helpers of the demonstration: forms are read as a browser reads them, secrets are never shown whole."""

import httpx
import pytest

from scripts.html_forms import forms_of
from scripts.walk import StepFailed, Walk, cut, form_with, query_of, shortened, shown_url

PAGE = """
<form action="/other/"><input name="q"></form>
<form method="post" action="/o/consent/">
  <input type="hidden" name="request" value="r1">
  <input type="checkbox" name="scope" value="openid" checked disabled>
  <input type="hidden" name="scope" value="openid">
  <input type="checkbox" name="scope" value="email" checked>
  <input type="checkbox" name="scope" value="phone">
  <input type="radio" name="level-phone" value="masked" checked>
  <input type="radio" name="level-phone" value="full">
  <select name="lang"><option value="en">English</option><option value="mn" selected>Монгол</option></select>
  <textarea name="note"></textarea>
  <button name="decision" value="allow">Allow</button>
</form>
"""


def test_a_form_is_sent_as_a_browser_would_send_it() -> None:
    assert forms_of(PAGE)[1].data() == [
        ("request", "r1"),
        ("scope", "openid"),
        ("scope", "email"),
        ("level-phone", "masked"),
        ("lang", "mn"),
        ("note", ""),
    ]


def test_the_form_with_the_right_fields_is_found() -> None:
    page = httpx.Response(200, text=PAGE, request=httpx.Request("GET", "http://localhost/o/consent/"))
    assert form_with(page, ["request", "decision"]).action == "/o/consent/"
    with pytest.raises(StepFailed, match="no form with missing"):
        form_with(page, ["missing"])


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "code_verifier", "client_secret", "state"])
def test_secrets_are_cut(name: str) -> None:
    assert cut(name, "abcdefghijklmnopqrstuvwxyz") == "abcdefgh…wxyz"


def test_passwords_are_not_shown_and_short_texts_are() -> None:
    assert cut("password", "a quiet walk") == "•••"
    assert cut("scope", "openid profile") == "openid profile"
    assert shortened({"active": True, "list": ["x" * 100]}) == {"active": True, "list": ["xxxxxxxx…xxxx"]}
    assert shown_url("http://localhost:1/o/authorize/?state=0123456789abcdef&scope=a+b") == (
        "/o/authorize/?state=01234567…cdef&scope=a b"
    )


def test_an_unexpected_status_ends_the_walk_with_what_came() -> None:
    lines: list[str] = []
    walk = Walk("http://server", say=lines.append)
    walk.http = httpx.Client(
        base_url="http://server",
        transport=httpx.MockTransport(lambda request: httpx.Response(500, text="<p>Something broke</p>")),
    )
    with pytest.raises(StepFailed, match="answered 500 instead of 200: Something broke"):
        walk.get("/login/", expect=200)
    assert lines[0].strip() == "GET /login/"


def test_the_last_of_a_query_is_read_decoded() -> None:
    assert query_of("http://app/cb?code=1&iss=http%3A%2F%2Flocalhost") == {
        "code": "1",
        "iss": "http://localhost",
    }
