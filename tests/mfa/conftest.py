"""Somebody signed in on a browser of their own, and other browsers at other addresses."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from messaging_app.gateways import memory
from tests.addresses import unused_address
from tests.mfa.pages import sign_in


@pytest.fixture(autouse=True)
def quiet_messages(settings: Any) -> Iterator[None]:
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    yield
    memory.clear()


@pytest.fixture
def person(somebody: User) -> User:
    """Somebody with a password, a proven number and a verified address."""
    somebody.email_verified_at = timezone.now()
    somebody.save(update_fields=["email_verified_at"])
    return somebody


@pytest.fixture
def new_browser(server: None) -> Callable[[], Client]:
    """Makes browsers that share nothing, the address included."""

    def make() -> Client:
        return Client(REMOTE_ADDR=unused_address())

    return make


@pytest.fixture
def other(new_browser: Callable[[], Client]) -> Client:
    """A browser in which nobody is signed in."""
    return new_browser()


@pytest.fixture
def browser(person: User, new_browser: Callable[[], Client]) -> Client:
    """A browser in which `person` has just signed in."""
    client = new_browser()
    assert sign_in(client)["Location"] == "/"
    return client
