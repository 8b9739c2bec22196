"""Several browsers of one person, somebody else, and an app that needs no consent."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser

OTHER_PHONE = "+97688445566"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"


@pytest.fixture
def second_browser(somebody: User) -> OAuthBrowser:
    """The same person's phone."""
    browser = OAuthBrowser(Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.9"))
    browser.sign_in(PHONE, PASSWORD)
    return browser


@pytest.fixture
def browser_of_another(server: None) -> OAuthBrowser:
    """Another person's browser."""
    create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now())
    browser = OAuthBrowser(Client())
    browser.sign_in(OTHER_PHONE, PASSWORD)
    return browser


@pytest.fixture
def own_app(server: None) -> Application:
    """A first-party app: nobody is asked."""
    client, _ = create_client(
        name="Our Post", client_id="post", is_public=True, redirect_uris=[CALLBACK], is_first_party=True
    )
    return client
