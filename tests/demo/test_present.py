"""Tokens laid open for people."""

import pytest

from demo_app.present import open_token, rows_of

# {"alg":"none"} . {"exp":0,"amr":["pwd","sms"]} . ""
TOKEN = "eyJhbGciOiJub25lIn0.eyJleHAiOjAsImFtciI6WyJwd2QiLCJzbXMiXX0."


def test_a_token_becomes_rows_with_times_in_words() -> None:
    opened = open_token(TOKEN)
    assert opened is not None
    assert [(row.name, row.value, row.note) for row in opened.claims] == [
        ("exp", "0", "1970-01-01 00:00:00 UTC"),
        ("amr", "pwd, sms", ""),
    ]


@pytest.mark.parametrize(
    "text", ["", "a", "a.b", "a.b.c", "e30.e30", "W10.W10.x", "é.é.é", "e30.e30.e30.e30"]
)
def test_what_is_not_a_token_is_not_opened(text: str) -> None:
    assert open_token(text) is None


@pytest.mark.parametrize("value", [True, "soon", 10**20, None])
def test_an_odd_time_has_no_note(value: object) -> None:
    assert rows_of({"exp": value})[0].note == ""
