"""A server whose JSON flow can be walked, and apps at addresses of their own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from messaging_app.gateways import memory
from tests.addresses import unused_address
from tests.phone_api.app import PASSWORD, PHONE, PhoneApp


@pytest.fixture
def flow(server: None, settings: Any) -> Iterator[None]:
    """A server after its bootstrap, whose messages arrive before the answer does."""
    ensure_first_party_client()
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    yield
    memory.clear()


@pytest.fixture
def new_app(flow: None) -> Callable[[], PhoneApp]:
    """Makes apps that share nothing, the address included."""

    def make() -> PhoneApp:
        # An app has no cookies and no CSRF token.
        return PhoneApp(Client(REMOTE_ADDR=unused_address(), enforce_csrf_checks=True))

    return make


@pytest.fixture
def phone_app(new_app: Callable[[], PhoneApp]) -> PhoneApp:
    return new_app()


@pytest.fixture
def person(flow: None) -> User:
    return create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())
