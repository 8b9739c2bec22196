"""Apps, a person's tokens and both entrances."""

import base64
from dataclasses import dataclass

import pytest

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from tests.fast_lane.two_entrances import Entrances
from tests.oauth import OAuthBrowser

ORIGIN = "https://notes.example"
SCOPES = "openid profile offline_access"


@dataclass
class World:
    """What requests are made of."""

    browser: OAuthBrowser
    robot: str
    api: str

    def tokens(self) -> dict[str, str]:
        """The tokens of a new code flow of the public app "notes"."""
        return self.browser.tokens(scope=SCOPES)

    def code(self) -> str:
        """A code for it."""
        return self.browser.code(scope=SCOPES)


@pytest.fixture
def world(browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]) -> World:
    app.allowed_origins = ORIGIN
    app.grant_types = [*app.grant_types, "urn:ietf:params:oauth:grant-type:device_code"]
    app.save()
    _, secret = create_client(name="Robot", client_id="robot", client_secret="", scopes="read write")
    return World(browser=browser_of_somebody, robot=basic("robot", secret), api=basic(*api))


@pytest.fixture
def entrances(server: None) -> Entrances:
    return Entrances()


def basic(name: str, secret: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
