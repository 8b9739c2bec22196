"""A television's app, and the device that runs it."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.oauth import PASSWORD, OAuthBrowser
from tests.spec.rfc8628.devices import DEVICE_CODE, OTHER_PHONE, Television


@pytest.fixture
def tv_app(server: None) -> Application:
    """A public app that has nothing but the device grant and refresh tokens: no redirect URI."""
    client, _ = create_client(
        name="Telly", client_id="tv", is_public=True, grant_types=[DEVICE_CODE, "refresh_token"]
    )
    return client


@pytest.fixture
def tv(tv_app: Application) -> Television:
    return Television()


@pytest.fixture
def other_person(server: None) -> OAuthBrowser:
    """Somebody else, signed in, in another browser."""
    create_person(phone=OTHER_PHONE, password=PASSWORD, phone_proven_at=timezone.now(), name="Dorj")
    browser = OAuthBrowser(Client())
    browser.sign_in(OTHER_PHONE, PASSWORD)
    return browser
