"""By the clock, too, nobody learns whether a number has an account (F07, G11): hashes cost what they do in earnest."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from tests.addresses import unused_address
from tests.phone_auth.pages import CODE_LOGIN, LOGIN, PASSWORD, RESET
from tests.timing import take_the_same_time

pytestmark = [pytest.mark.once, pytest.mark.requirement("login:F07", "G11")]


@pytest.fixture(autouse=True)
def as_in_production(settings: Any, transactional_db: None) -> None:
    """Messages leave by the worker, and a hash costs what it should."""
    settings.MESSAGING_DELIVERY = "celery"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def numbers_of(network: str) -> Iterator[str]:
    """Far apart: no two are in one block of a hundred, which has a limit of its own."""
    return (f"+976{network}{number:03}001" for number in count())


def known_numbers(stored: str) -> Iterator[str]:
    """Each belongs to somebody whose password is stored so ("": nobody can sign in by one)."""
    for phone in numbers_of("88"):
        person = create_person(phone=phone, password=None, phone_proven_at=timezone.now())
        if stored:
            User.objects.filter(pk=person.pk).update(password=stored)
        yield phone


def ask(path: str, phone: str, fields: dict[str, str]) -> None:
    """Somebody at an address of their own, whom no limit holds back."""
    answer = Client(REMOTE_ADDR=unused_address()).post(path, {"phone": phone, **fields})
    assert answer.status_code == (400 if path == LOGIN else 303), answer.status_code


@pytest.mark.parametrize("has_password", [True, False], ids=["with a password", "without"])
@pytest.mark.parametrize(
    ("path", "fields"), [(LOGIN, {"password": PASSWORD}), (CODE_LOGIN, {}), (RESET, {})], ids=str
)
def test_known_and_unknown_numbers_take_the_same_time(
    path: str, fields: dict[str, str], has_password: bool
) -> None:
    known = known_numbers(make_password("another password") if has_password else "")
    # Made beforehand: what is timed is the answer.
    numbers = [next(known) for _ in range(40)]
    known, unknown = iter(numbers), numbers_of("99")
    assert take_the_same_time(
        lambda: ask(path, next(known), fields), lambda: ask(path, next(unknown), fields)
    )


def test_a_hash_that_only_one_of_them_costs_would_be_found() -> None:
    """The clock and the bound are good for something."""
    person, some, others = User(password=make_password(PASSWORD)), numbers_of("88"), numbers_of("99")

    def with_a_hash_more() -> None:
        ask(CODE_LOGIN, next(some), {})
        person.check_password("wrong")

    assert not take_the_same_time(with_a_hash_more, lambda: ask(CODE_LOGIN, next(others), {}))
