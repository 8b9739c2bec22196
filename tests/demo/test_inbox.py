"""The development inbox."""

import pytest
from django.conf import LazySettings
from django.test import Client

from demo_app.inbox import code_in
from tests.ui.page import assert_is_sound, read


@pytest.mark.requirement("F20")
def test_the_code_of_a_sign_up_is_there_for_people_and_for_scripts(development: None, server: None) -> None:
    Client().post("/signup/", {"phone": "99112233"})
    page = read(Client().get("/dev/inbox/"))
    assert_is_sound(page)
    letter = Client().get("/dev/inbox/?format=json").json()["messages"][0]
    assert letter["channel"] == "sms"
    assert letter["to"] == "+97699112233"
    assert len(letter["code"]) == 6
    assert letter["code"] in letter["text"]
    assert [button["data-copy"] for button in page.all("button") if "data-copy" in button] == [letter["code"]]


def test_one_recipients_messages_can_be_asked_for(development: None, server: None) -> None:
    Client().post("/signup/", {"phone": "99112233"})
    asked = {"format": "json", "to": "+97699112234"}
    assert Client().get("/dev/inbox/", asked).json()["messages"] == []


def test_an_empty_inbox_says_what_to_do(development: None, server: None) -> None:
    answer = Client().get("/dev/inbox/")
    assert_is_sound(read(answer))
    assert "No messages yet" in answer.content.decode()
    assert Client().get("/dev/inbox/?format=json").json() == {"messages": [], "kept": True}


def test_where_messages_are_not_kept_it_says_how_to_keep_them(
    development: None, server: None, settings: LazySettings
) -> None:
    settings.MESSAGING_KEEP_BODIES = False
    assert "MESSAGING_KEEP_BODIES=1" in Client().get("/dev/inbox/").content.decode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is 123456.\n\n@login.example #654321", "654321"),
        ("Your code is 123456.", "123456"),
        ("Call +97699112233 now", ""),
        ("Either 123456 or 654321", ""),
        ("Nothing here", ""),
    ],
)
def test_the_code_is_found_in_the_text(text: str, code: str) -> None:
    assert code_in(text) == code
