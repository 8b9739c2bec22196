"""A development server whose demonstration client really calls it, over WSGI instead of a socket."""

from collections.abc import Iterator

import httpx
import pytest
from django.conf import LazySettings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from demo_app import server as line
from messaging_app.gateways import memory
from tests.oauth import PASSWORD, PHONE, OAuthBrowser


@pytest.fixture
def development(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DEBUG and DEMO on, messages kept, and the client's line ends in this process."""
    settings.DEBUG = True
    settings.DEMO = True
    settings.MESSAGING_KEEP_BODIES = True
    settings.ROOT_URLCONF = "tests.demo.urls"
    transport = httpx.WSGITransport(app=WSGIHandler())
    monkeypatch.setattr(line, "connect", lambda: httpx.Client(transport=transport))
    memory.clear()
    yield
    memory.clear()


@pytest.fixture
def demo(development: None, server: None, settings: LazySettings) -> OAuthBrowser:
    """The two clients of the demonstration, and a browser that has not met it."""
    home = "http://testserver/demo/"
    create_client(
        name="Demo",
        client_id="demo",
        is_public=True,
        redirect_uris=[home + "callback/"],
        post_logout_redirect_uris=[home],
    )
    _, secret = create_client(name="Demo API", client_id="demo-api", may_introspect=True)
    settings.DEMO_API_SECRET = secret
    return OAuthBrowser(Client())


@pytest.fixture
def signed_in(demo: OAuthBrowser, somebody: User) -> OAuthBrowser:
    """A browser in which `somebody` went through the demonstration to its tokens."""
    demo.sign_in(PHONE, PASSWORD)
    walk(demo, demo.client.get("/demo/sign-in/")["Location"])
    return demo


def walk(browser: OAuthBrowser, location: str, *, decision: str = "allow") -> str:
    """Follow the browser from the authorization endpoint to the demonstration's page; the last address."""
    for _ in range(8):
        path = location.removeprefix("http://testserver")
        if path.startswith("/o/consent/"):
            answer = browser.consent(path, decision=decision)
        else:
            answer = browser.client.get(path)
        if answer.status_code not in {302, 303}:
            return path
        location = answer["Location"]
    raise AssertionError("the way back to the demonstration does not end")
