"""A browser, and an SMS gateway that is empty before and after."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from messaging_app.gateways import memory


@pytest.fixture
def browser(transactional_db: None) -> Client:
    """One that checks what the server asks of browsers."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def gateway(settings: Any) -> Iterator[None]:
    """Messages arrive before the answer does, also where a broker is configured."""
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    yield
    memory.clear()
