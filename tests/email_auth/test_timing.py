"""By the clock, too, nobody learns whether an address has an account (F07, G11)."""

from itertools import count
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts_app.models import User
from tests.addresses import unused_address
from tests.email_auth.conftest import make_person
from tests.email_auth.pages import LOGIN, PASSWORD, RESET, SIGNUP
from tests.timing import take_the_same_time

pytestmark = [pytest.mark.once, pytest.mark.requirement("login:F07", "G11")]


@pytest.fixture(autouse=True)
def as_in_production(settings: Any, transactional_db: None) -> None:
    """Messages leave by the worker, and a hash costs what it should."""
    settings.MESSAGING_DELIVERY = "celery"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def ask(path: str, email: str, fields: dict[str, str]) -> None:
    """Somebody at an address of their own, whom no limit holds back."""
    answer = Client(REMOTE_ADDR=unused_address()).post(path, {"email": email, **fields})
    assert answer.status_code == (400 if path == LOGIN else 303), answer.status_code


@pytest.mark.parametrize(
    ("path", "fields"), [(LOGIN, {"password": PASSWORD}), (RESET, {}), (SIGNUP, {})], ids=str
)
def test_known_and_unknown_addresses_take_the_same_time(path: str, fields: dict[str, str]) -> None:
    stored = make_password("another password")
    people = [f"known{number}@example.com" for number in range(40)]
    for email in people:  # made beforehand: what is timed is the answer
        make_person(email, password=None)
    User.objects.update(password=stored)
    known, unknown = iter(people), (f"unknown{number}@example.com" for number in count())
    assert take_the_same_time(
        lambda: ask(path, next(known), fields), lambda: ask(path, next(unknown), fields)
    )
