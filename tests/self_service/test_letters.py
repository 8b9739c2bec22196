"""The letters that send people to my account send them to pages that exist."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from tests.oauth import OAuthBrowser, refresh

LINK = re.compile(r"http://testserver(/account/[a-z/]*)")


def test_the_letter_about_a_new_app_leads_to_the_apps_and_devices(
    browser_of_somebody: OAuthBrowser, app: object
) -> None:
    browser_of_somebody.tokens()
    paths = _paths_in_the_last_letter()
    assert {"/account/apps/", "/account/sessions/"} <= paths
    for path in paths:
        assert browser_of_somebody.client.get(path).status_code == 200


@pytest.mark.requirement("C02")
def test_the_letter_about_a_copied_token_leads_to_the_devices(
    browser_of_somebody: OAuthBrowser, second_browser: OAuthBrowser, app: object
) -> None:
    token = browser_of_somebody.tokens()["refresh_token"]
    refresh(browser_of_somebody.client, token)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert refresh(browser_of_somebody.client, token).status_code == 400
    assert _paths_in_the_last_letter() == {"/account/sessions/"}
    assert second_browser.client.get("/account/sessions/").status_code == 200


def _paths_in_the_last_letter() -> set[str]:
    """Paths of my account that the text and the HTML part name: the same in both, or the HTML has more."""
    letter = mail.outbox[-1]
    text = set(LINK.findall(str(letter.body)))
    html = set(LINK.findall(str(letter.alternatives[0][0])))  # type: ignore[union-attr]
    assert text
    assert text <= html
    return html
