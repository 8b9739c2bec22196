"""A browser at an address of its own, an empty mailbox, and somebody who signs in by e-mail."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import insert_person, new_person
from messaging_app.gateways import memory
from tests.email_auth.pages import EMAIL, PASSWORD
from tests.phone_auth.conftest import browser, events, hashes, new_browser

__all__ = ["browser", "events", "hashes", "new_browser"]


@pytest.fixture(autouse=True)
def messages_at_once(settings: Any) -> Iterator[None]:
    """Messages arrive before the answer does, also where a broker is configured."""
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    yield
    memory.clear()


def make_person(email: str, *, password: str | None = PASSWORD, **facts: Any) -> User:
    """Somebody whose address is verified."""
    verified = {"email": email, "email_identifier": email, "email_verified_at": timezone.now()}
    return insert_person(
        new_person(
            password=password,
            sub=uuid.uuid4(),
            **{"phone": None, "phone_proven_at": None, **verified, **facts},
        )
    )


@pytest.fixture
def person(transactional_db: None) -> User:
    return make_person(EMAIL)
