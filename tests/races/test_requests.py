"""One answered authorization request, resumed many times at once: one code."""

from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Grant, StoredRequest
from custom_scopes_and_policies_app.seeds import seed_scopes
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser

__all__ = ["shared_database"]

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]

PARALLEL = 8


def answered_request() -> tuple[str, dict[str, str]]:
    """A new person allows a new app what it asks; where that leads, and the browser's cookies."""
    seed_scopes()
    create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    create_client(name="Notes", client_id="notes", is_public=True, redirect_uris=[CALLBACK])
    browser = OAuthBrowser(Client())
    browser.sign_in(PHONE, PASSWORD)
    resumed = browser.consent(browser.authorize()["Location"])["Location"]
    return resumed, {name: cookie.value for name, cookie in browser.client.cookies.items()}


def resume(url: str, cookies: dict[str, str]) -> tuple[int, bool]:
    """Status, and whether there was a code."""
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    answer = client.get(url)
    return answer.status_code, "code=" in answer.get("Location", "")


@pytest.mark.requirement("A12", "B01")
def test_eight_resumptions_of_one_request_give_one_code() -> None:
    url, cookies = in_thread(answered_request)
    answers = at_once([partial(resume, url, cookies)] * PARALLEL)
    assert sorted(answers) == [(303, True)] + [(400, False)] * (PARALLEL - 1)
    assert in_thread(Grant.objects.count) == 1
    assert in_thread(StoredRequest.objects.count) == 0
