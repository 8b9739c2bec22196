"""Apps that want to be told, and the news of the record."""

from collections.abc import Iterator

import pytest

from custom_scopes_and_policies_app.models import Application
from tests.fake_app import FakeApp, fake_app
from tests.messaging.threads import shared_database

__all__ = ["shared_database"]


@pytest.fixture
def listener() -> Iterator[FakeApp]:
    """The app's server."""
    with fake_app() as server:
        yield server


@pytest.fixture
def told_app(app: Application, listener: FakeApp) -> Application:
    """The app "notes", which wants to be told by back-channel."""
    app.backchannel_logout_uri = listener.url
    app.save()
    return app


@pytest.fixture
def framed_app(app: Application) -> Application:
    """The app "notes", which wants to be told by front-channel."""
    app.frontchannel_logout_uri = "https://notes.example/frontchannel?keep=1"
    app.save()
    return app
