"""Signed-in devices: what is shown of them, and what ending one ends."""

import uuid

import pytest
from django.test import Client

from sessions_app.models import SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, introspect, refresh
from tests.self_service.conftest import OTHER_PHONE
from tests.ui.page import assert_is_sound, read

SESSIONS = "/account/sessions/"
END_OTHERS = f"{SESSIONS}end-others/"


def end_url(sid: uuid.UUID | str) -> str:
    return f"{SESSIONS}{sid}/end/"


def sid_of(browser: OAuthBrowser) -> uuid.UUID:
    return uuid.UUID(browser.client.session["sid"])


def page_text(browser: OAuthBrowser) -> str:
    answer = browser.client.get(SESSIONS)
    assert answer.status_code == 200
    assert_is_sound(read(answer))
    return " ".join(answer.content.decode().split())


def is_signed_in(browser: OAuthBrowser) -> bool:
    return bool(browser.client.get(SESSIONS).status_code == 200)


@pytest.mark.requirement("C12", "F43")
def test_devices_are_listed_with_name_place_and_this_one_marked(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser
) -> None:
    text = page_text(second_browser)
    assert text.count(">this device<") == 1
    assert text.index("Firefox Mobile on Android") < text.index("this device") < text.index("127.0.0.1")
    assert "203.0.113.9" in text
    assert "Unknown device" in text
    assert text.count("Signed in</dt>") == 2
    assert text.count("Last seen</dt>") == 2
    assert PHONE not in text
    assert PHONE.removeprefix("+976") not in text


@pytest.mark.requirement("C12")
def test_signed_in_nowhere_else_there_is_nothing_to_end(browser_of_somebody: OAuthBrowser) -> None:
    text = page_text(browser_of_somebody)
    assert "You are signed in nowhere else." in text
    assert "/end/" not in text
    assert "Sign out everywhere else" not in text


@pytest.mark.requirement("C12", "F41")
def test_a_device_signed_out_from_another_is_a_stranger_and_its_tokens_are_refused(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, app: object, api: tuple[str, str]
) -> None:
    client = browser_of_somebody.client
    tokens = second_browser.tokens()
    kept = browser_of_somebody.tokens()
    assert introspect(client, tokens["access_token"], api)["active"] is True

    answer = client.post(end_url(sid_of(second_browser)))
    assert (answer.status_code, answer["Location"]) == (303, SESSIONS)
    text = page_text(browser_of_somebody)
    assert "That device is signed out." in text
    assert "Firefox" not in text
    assert not is_signed_in(second_browser)
    assert second_browser.authorize()["Location"].startswith("/login/")
    assert introspect(client, tokens["access_token"], api) == {"active": False}
    assert refresh(client, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert is_signed_in(browser_of_somebody)
    assert introspect(client, kept["access_token"], api)["active"] is True


@pytest.mark.requirement("C12", "F41")
def test_signing_out_everywhere_else_keeps_only_this_device(
    browser_of_somebody: OAuthBrowser,
    second_browser: OAuthBrowser,
    browser_of_another: OAuthBrowser,
    app: object,
    api: tuple[str, str],
) -> None:
    third = OAuthBrowser(Client())
    third.sign_in(PHONE, PASSWORD)
    tokens = [browser.tokens()["access_token"] for browser in (second_browser, third)]
    answer = browser_of_somebody.client.post(END_OTHERS)
    assert (answer.status_code, answer["Location"]) == (303, SESSIONS)
    text = page_text(browser_of_somebody)
    assert "You are signed out everywhere else." in text
    assert "You are signed in nowhere else." in text
    assert not is_signed_in(second_browser)
    assert not is_signed_in(third)
    assert is_signed_in(browser_of_another)
    for token in tokens:
        assert introspect(browser_of_somebody.client, token, api) == {"active": False}
    ended = SsoSession.objects.filter(ended_at__isnull=False)
    assert {session.end_reason for session in ended} == {SsoSession.EndReason.LOGOUT}


@pytest.mark.requirement("C12")
def test_ending_ones_own_session_is_signing_out(browser_of_somebody: OAuthBrowser) -> None:
    answer = browser_of_somebody.client.post(end_url(sid_of(browser_of_somebody)))
    assert answer.status_code == 303
    assert answer["Location"].startswith("/o/signed-out/?session=")
    assert "You are signed out" in browser_of_somebody.client.get(answer["Location"]).content.decode()
    assert not is_signed_in(browser_of_somebody)


@pytest.mark.requirement("C12")
def test_somebody_elses_session_does_not_exist_here(
    browser_of_somebody: OAuthBrowser, browser_of_another: OAuthBrowser
) -> None:
    client = browser_of_another.client
    for sid in (sid_of(browser_of_somebody), uuid.uuid4()):
        assert client.post(end_url(sid)).status_code == 404
    assert client.post(f"{SESSIONS}not-a-sid/end/").status_code == 404
    assert is_signed_in(browser_of_somebody)
    assert str(sid_of(browser_of_somebody)) not in page_text(browser_of_another)
    assert OTHER_PHONE not in page_text(browser_of_another)


@pytest.mark.requirement("C12")
def test_ending_a_session_twice_is_fine(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser
) -> None:
    sid = sid_of(second_browser)
    for _again in range(2):
        assert browser_of_somebody.client.post(end_url(sid))["Location"] == SESSIONS
    assert is_signed_in(browser_of_somebody)


@pytest.mark.requirement("I05", "I08")
def test_neither_a_link_nor_another_site_ends_a_session(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser
) -> None:
    victim = Client(enforce_csrf_checks=True)
    victim.cookies = browser_of_somebody.client.cookies
    for path in (end_url(sid_of(second_browser)), END_OTHERS):
        assert victim.get(path).status_code == 405
        assert victim.post(path).status_code == 403
    assert is_signed_in(second_browser)


@pytest.mark.requirement("F43")
def test_a_session_that_was_not_used_for_too_long_is_not_listed(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser
) -> None:
    long_ago = "2020-01-01T00:00:00Z"
    SsoSession.objects.filter(pk=sid_of(second_browser)).update(last_seen_at=long_ago)
    assert "Firefox" not in page_text(browser_of_somebody)
