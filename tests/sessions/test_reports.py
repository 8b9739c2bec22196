"""A new device is told of, and its notice's link closes it: once, by POST, from anywhere."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from sessions_app.models import Device, SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.sessions.conftest import FIREFOX, assert_dead
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("F43")
LINK = re.compile(r"http://testserver(/account/not-me/[^\s\"<]+)")


@pytest.fixture(autouse=True)
def inline(settings: Settings) -> None:
    settings.MESSAGING_DELIVERY = "inline"


@pytest.fixture
def link(browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser) -> str:
    """The path of the link in the notice of the second browser."""
    (letter,) = mail.outbox
    found = LINK.search(str(letter.body))
    assert found is not None
    return found[1]


def sign_in_works() -> bool:
    browser = OAuthBrowser(Client(REMOTE_ADDR="203.0.113.77"))
    return bool(browser.sign_in(PHONE, PASSWORD).status_code == 303)


def test_a_second_device_is_told_of_with_what_it_was_and_the_first_is_not(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser
) -> None:
    (letter,) = mail.outbox
    assert letter.to == ["oyun@example.com"]
    assert "New sign-in" in letter.subject
    for text in (str(letter.body), str(letter.alternatives[0][0])):  # type: ignore[attr-defined]
        assert "Firefox Mobile on Android" in text
        assert "203.0.113.9" in text
        assert LINK.search(text)
        assert PHONE not in text


def test_a_known_device_is_not_told_of_again(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser
) -> None:
    second_browser.client.post("/logout/")
    second_browser.sign_in(PHONE, PASSWORD)
    assert len(mail.outbox) == 1


def test_the_link_only_asks_and_works_signed_out(link: str) -> None:
    page = Client().get(link)
    assert page.status_code == 200
    assert_is_sound(read(page))
    text = page.content.decode()
    assert "Firefox Mobile on Android" in text
    assert PHONE not in text
    assert "Oyun" not in text
    assert SsoSession.objects.filter(ended_at__isnull=True).count() == 2


@pytest.mark.requirement("C10")
def test_using_it_closes_everything_and_takes_the_password_away(
    browser_of_somebody: OAuthBrowser,
    second_browser: OAuthBrowser,
    app: Application,
    api: tuple[str, str],
    somebody: User,
    link: str,
) -> None:
    tokens = second_browser.tokens()
    sid = second_browser.client.session["sid"]
    page = Client().post(link)
    assert page.status_code == 200
    assert_is_sound(read(page))
    assert_dead(tokens, api)
    assert second_browser.client.get("/account/").status_code == 303
    assert browser_of_somebody.client.get("/account/").status_code == 303
    assert not sign_in_works()
    assert not Device.objects.filter(user_agent=FIREFOX).exists()
    assert set(SsoSession.objects.values_list("end_reason", flat=True)) == {"not_me"}
    (entry,) = OAuthTokenLog.objects.filter(event="session.reported")
    assert (str(entry.sid), entry.subject) == (sid, "Firefox Mobile on Android")


def test_it_works_once(link: str) -> None:
    assert Client().post(link).status_code == 200
    for answer in (Client().get(link), Client().post(link)):
        assert answer.status_code == 400
        assert_is_sound(read(answer))
        assert "This link has been used" in answer.content.decode()
    assert OAuthTokenLog.objects.filter(event="session.reported").count() == 1


def test_it_works_for_a_week(link: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=5)):
        assert Client().post(link).status_code == 400
    assert sign_in_works()


def test_other_signed_texts_do_nothing(browser_of_somebody: OAuthBrowser) -> None:
    sid = browser_of_somebody.client.session["sid"]
    for token in ("x", signing.dumps(sid), signing.dumps(sid, salt="sessions_app.logout")):
        assert Client().post(f"/account/not-me/{token}/").status_code == 400
    assert sign_in_works()


@pytest.mark.usefixtures("standing_still")
def test_looking_is_limited(link: str) -> None:
    client = Client()
    statuses = [client.get("/account/not-me/x/").status_code for _ in range(31)]
    assert statuses[0] == 400
    assert statuses[-1] == 429


def test_it_can_be_signed_out_of_before_and_still_be_reported(
    second_browser: OAuthBrowser, link: str
) -> None:
    second_browser.client.post("/logout/")
    assert Client().post(link).status_code == 200
    assert not sign_in_works()


def test_a_device_gets_the_name_its_owner_chose(browser_of_somebody: OAuthBrowser) -> None:
    device = Device.objects.get()
    path = f"/account/devices/{device.pk}/rename/"
    answer = browser_of_somebody.client.post(path, {"name": "  Kitchen\x00 <tablet> "})
    assert (answer.status_code, answer["Location"]) == (303, "/account/sessions/")
    page = browser_of_somebody.client.get("/account/sessions/").content.decode()
    assert "Kitchen &lt;tablet&gt;" in page
    browser_of_somebody.client.post(path, {"name": "x" * 500})
    device.refresh_from_db()
    assert len(device.name) == 100
    assert OAuthTokenLog.objects.filter(event="device.renamed").count() == 2


def test_somebody_elses_device_cannot_be_named(browser_of_somebody: OAuthBrowser, server: None) -> None:
    other = User.objects.create(phone="+97688445566")
    device = Device.objects.create(user=other, browser_hash="ab" * 32, name="theirs")
    answer = browser_of_somebody.client.post(f"/account/devices/{device.pk}/rename/", {"name": "mine"})
    assert answer.status_code == 404
    device.refresh_from_db()
    assert device.name == "theirs"
