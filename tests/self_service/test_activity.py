"""My activity: my own entries only, in plain words, page by page, and nothing internal."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import deactivate, reactivate
from core_app.append_only import removal_allowed
from core_app.caller import Caller
from core_app.events import CATALOGUE
from obligations_app.models import OAuthTokenLog
from obligations_app.sentences import SENTENCES
from tests.oauth import OAuthBrowser
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("F28", "L03")

PAGE, API = "/account/activity/", "/api/auth/activity/"


def text_of(browser: OAuthBrowser, path: str = PAGE) -> str:
    answer = browser.client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
    assert_is_sound(read(answer))
    return " ".join(answer.content.decode().split())


def test_it_tells_what_i_did_where_and_with_which_app(
    second_browser: OAuthBrowser, browser_of_another: OAuthBrowser, app: object
) -> None:
    second_browser.tokens()
    browser_of_another.client.post("/account/sessions/end-others/")
    text = text_of(second_browser)
    assert "Signed in." in text
    assert "Firefox Mobile on Android" in text
    assert "203.0.113.9" in text
    assert "You allowed an app to use your account." in text
    assert ">Notes<" in text
    internal = OAuthTokenLog.objects.exclude(jti="").first()
    assert internal is not None
    sid = second_browser.client.session["sid"]
    for secret in (internal.jti, str(internal.family), sid, "token.issued", "127.0.0.1"):
        assert secret not in text
    entries = second_browser.client.get(API).json()["entries"]
    assert {"at", "event", "what", "is_refused", "app", "device", "ip"} == set(entries[0])
    assert all(entry["ip"] == "203.0.113.9" for entry in entries)


def test_every_event_of_the_table_is_one_that_rooms_declare() -> None:
    assert set(SENTENCES) <= set(CATALOGUE)


def test_what_an_operator_did_is_told_without_where_they_sit(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    operator = User.objects.create_superuser("+97688990011", None)
    caller = Caller(ip="198.51.100.77", user_agent="Mozilla/5.0 (X11; Linux) Firefox/132.0")
    deactivate(user=somebody, caller=caller, by=operator)
    reactivate(user=somebody, caller=caller, by=operator)
    browser_of_somebody.sign_in("+97699112233", "correct horse battery")
    text = text_of(browser_of_somebody)
    assert "An operator closed the account." in text
    assert "An operator opened the account again." in text
    assert "198.51.100.77" not in text
    assert "198.51.100.77" not in json.dumps(browser_of_somebody.client.get(API).json())


def test_older_entries_follow_page_by_page_without_gap_or_repetition(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    same_moment = timezone.now() - timedelta(days=1)
    for number in range(45):
        OAuthTokenLog.objects.create(
            event="device.renamed", outcome="success", user_id=somebody.pk, at=same_moment, reason=str(number)
        )
    seen, path = [], PAGE
    for _ in range(3):
        text = text_of(browser_of_somebody, path)
        seen.append(text.count("You gave a device another name."))
        older = re.search(r'href="(\?before=[^"]+)"', text)
        path = f"{PAGE}{older[1]}" if older else ""
    assert (sum(seen), path) == (45, "")
    older = browser_of_somebody.client.get(API).json()["older"]
    assert browser_of_somebody.client.get(API, {"before": older}).json()["entries"]


def test_a_cursor_of_somebody_else_or_made_up_is_refused(
    browser_of_somebody: OAuthBrowser, browser_of_another: OAuthBrowser, somebody: User
) -> None:
    for _ in range(25):
        OAuthTokenLog.objects.create(event="device.renamed", outcome="success", user_id=somebody.pk)
    cursor = browser_of_somebody.client.get(API).json()["older"]
    for client, before in ((browser_of_another.client, cursor), (browser_of_somebody.client, "made-up")):
        answer = client.get(API, {"before": before})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
        page = client.get(PAGE, {"before": before})
        assert (page.status_code, page["Location"]) == (303, PAGE)
    assert Client().get(API).status_code == 401
    assert Client().get(PAGE).status_code == 303


def test_with_nothing_to_tell_the_page_says_so(browser_of_somebody: OAuthBrowser) -> None:
    with removal_allowed(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {OAuthTokenLog._meta.db_table}")  # noqa: S608  our own table's name
    assert "There is nothing here yet." in text_of(browser_of_somebody)
    assert browser_of_somebody.client.get(API).json() == {"entries": [], "older": ""}
