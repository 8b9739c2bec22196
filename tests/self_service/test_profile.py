"""My profile: what may stand in it, that page and API agree, and what is saved and recorded."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("F28")

PAGE, API = "/account/profile/", "/api/auth/profile/"
BAD = [
    ("picture", "http://example.com/me.jpg"),
    ("picture", "javascript:alert(1)"),
    ("picture", "data:image/png;base64,AAAA"),
    ("website", "https://somebody:secret@example.com/"),
    ("website", "https://example.com/\r\nX: y"),
    ("website", "https://"),
    ("profile", "https://example.com/" + "a" * 200),
    ("nickname", "two\nlines"),
    ("nickname", "turned \u202e round"),
    ("given_name", "a" * 101),
    ("birthdate", "1990-13-01"),
    ("birthdate", "31.12.1990"),
    ("birthdate", "2999-01-01"),
    ("birthdate", "1066-10-14"),
    ("zoneinfo", "Moon/Crater"),
    ("locale", "klingon"),
    ("country", "\x00"),
]


def saved(browser: OAuthBrowser) -> dict[str, str]:
    """What the form sends when nothing is changed."""
    page = browser.client.get(PAGE)
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def patch(client: Client, **changes: Any) -> Any:
    return client.patch(API, json.dumps(changes), content_type="application/json")


def test_what_is_saved_is_shown_told_to_apps_and_recorded_by_name_only(
    browser_of_somebody: OAuthBrowser, somebody: User, app: object
) -> None:
    page = browser_of_somebody.client.get(PAGE)
    assert_is_sound(read(page))
    assert "no-store" in page["Cache-Control"]
    changes = {"nickname": "Oyuka", "picture": "https://example.com/me.jpg", "locality": "Ulaanbaatar"}
    answer = browser_of_somebody.client.post(PAGE, {**saved(browser_of_somebody), **changes})
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    token = browser_of_somebody.tokens(
        scope="openid profile address", consent={"level-profile": "full", "level-address": "full"}
    )["access_token"]
    claims = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {token}").json()
    assert claims["nickname"] == "Oyuka"
    assert claims["picture"] == "https://example.com/me.jpg"
    assert claims["address"] == {"locality": "Ulaanbaatar"}
    entry = OAuthTokenLog.objects.get(event="person.profile_changed")
    assert (entry.user_id, entry.reason) == (somebody.pk, "nickname picture locality")


def test_saving_the_same_again_changes_and_records_nothing(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    same = saved(browser_of_somebody)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert browser_of_somebody.client.post(PAGE, same).status_code == 303
        assert "Nothing was changed." in browser_of_somebody.client.get(PAGE).content.decode()
    assert User.objects.get(pk=somebody.pk).updated_at == somebody.updated_at
    assert not OAuthTokenLog.objects.filter(event="person.profile_changed").exists()


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_may_not_stand_in_a_field_is_said_there_and_nothing_is_saved(
    browser_of_somebody: OAuthBrowser, somebody: User, field: str, value: str
) -> None:
    before = User.objects.values().get(pk=somebody.pk)
    page = browser_of_somebody.client.post(PAGE, {**saved(browser_of_somebody), field: value})
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert_is_sound(read(page))
    named = {"address": {field: value}} if field == "country" else {field: value}
    answer = patch(browser_of_somebody.client, gender="other", **named)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")
    assert list(answer.json()["errors"]) == ["address.country" if field == "country" else field]
    assert User.objects.values().get(pk=somebody.pk) == before


def test_the_api_changes_what_is_named_and_null_clears(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    client = browser_of_somebody.client
    User.objects.filter(pk=somebody.pk).update(
        website="http://old.example", address={"formatted": "all of it", "country": "Mongolia"}
    )
    assert patch(client, nickname=" Oyuka ", address={"locality": "Erdenet"}).status_code == 200
    shown = client.get(API).json()
    assert (shown["nickname"], shown["given_name"], shown["website"]) == (
        "Oyuka",
        "Oyun",
        "http://old.example",
    )
    assert (shown["address"]["locality"], shown["address"]["country"]) == ("Erdenet", "Mongolia")
    answer = patch(client, nickname=None, address=None)
    assert answer.status_code == 200
    assert answer.json()["nickname"] == ""
    assert set(answer.json()["address"].values()) == {""}
    assert User.objects.get(pk=somebody.pk).address == {}


def test_number_address_and_rights_cannot_be_patched(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    for name, value in [
        ("phone", "+97699000000"),
        ("email", "x@example.com"),
        ("is_staff", True),
        ("sub", "1"),
    ]:
        assert patch(browser_of_somebody.client, **{name: value}).status_code == 422
    assert patch(browser_of_somebody.client, nickname=["a"]).status_code == 422
    assert User.objects.get(pk=somebody.pk).is_staff is False


def test_a_stranger_and_a_cookie_without_its_token_change_nothing(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    assert patch(Client(), nickname="x").status_code == 401
    assert Client().get(API).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser_of_somebody.client.cookies
    assert patch(strict, nickname="x").json()["code"] == "csrf_failed"
    assert User.objects.get(pk=somebody.pk).nickname == ""
