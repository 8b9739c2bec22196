"""A browser at an address of its own, an empty SMS gateway, and somebody who has an account."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from core_app.events import CATALOGUE, Event
from messaging_app.gateways import memory
from tests.addresses import unused_address
from tests.hashers import CheapArgon2
from tests.phone_auth.pages import PASSWORD, PHONE


@pytest.fixture(autouse=True)
def empty_gateway(settings: Any) -> Iterator[None]:
    """Messages arrive before the answer does, also where a broker is configured."""
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    yield
    memory.clear()


@pytest.fixture
def new_browser(transactional_db: None) -> Callable[[], Client]:
    """Makes browsers that share nothing, the address included: limits of one test never reach the next."""

    def make() -> Client:
        return Client(REMOTE_ADDR=unused_address())

    return make


@pytest.fixture
def browser(new_browser: Callable[[], Client]) -> Client:
    return new_browser()


@pytest.fixture
def person(transactional_db: None) -> User:
    return create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now())


@pytest.fixture
def events() -> Iterator[list[Event]]:
    """What the rooms told the record during the test."""
    told: list[Event] = []

    def listen(sender: object, event: Event, **kwargs: object) -> None:
        told.append(event)

    for signal in CATALOGUE.values():
        signal.connect(listen)
    yield told
    for signal in CATALOGUE.values():
        signal.disconnect(listen)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one whenever a password is hashed, to compare or to store."""
    done: list[str] = []
    encode = CheapArgon2.encode

    def count(hasher: CheapArgon2, password: str, salt: str) -> str:
        done.append("encoded")
        return encode(hasher, password, salt)

    def count_verify(hasher: CheapArgon2, password: str, encoded: str) -> bool:
        done.append("verified")
        return verify(hasher, password, encoded)

    verify = CheapArgon2.verify
    monkeypatch.setattr(CheapArgon2, "encode", count)
    monkeypatch.setattr(CheapArgon2, "verify", count_verify)
    return done
