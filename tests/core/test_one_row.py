"""One row by its key, by a statement that is written once: the same values as Django's own query gives."""

import uuid
from typing import NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.claims import ClaimsRow
from accounts_app.models import User
from core_app.one_row import OneRow

PEOPLE = OneRow(User, ClaimsRow, by="sub", is_active=True)


class Key(NamedTuple):
    id: int


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create(
        phone="+97699112233",
        phone_proven_at=timezone.now(),
        email="oyun@example.com",
        given_name="Оюун",
        address={"locality": "Улаанбаатар", "country": "MN"},
    )


def test_every_value_is_what_the_models_own_query_gives(person: User) -> None:
    usual = User.objects.get(pk=person.pk)
    with CaptureQueriesContext(connection) as asked:
        found = PEOPLE.find(str(person.sub))
    assert found is not None
    assert found._asdict() == {name: getattr(usual, name) for name in ClaimsRow._fields}
    assert len(asked) == 1
    assert PEOPLE.find(person.sub) == found


def test_what_changed_is_read_at_once(person: User) -> None:
    assert PEOPLE.find(person.sub) is not None
    User.objects.filter(pk=person.pk).update(nickname="Оюука", address={})
    found = PEOPLE.find(person.sub)
    assert found is not None
    assert (found.nickname, found.address) == ("Оюука", {})


def test_nobody_is_found_by_another_key_or_against_the_conditions(person: User) -> None:
    assert PEOPLE.find(uuid.uuid4()) is None
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert PEOPLE.find(person.sub) is None


def test_a_value_is_never_part_of_the_statement(person: User) -> None:
    by_name = OneRow(User, Key, by="given_name")
    assert by_name.find("x' OR '1'='1") is None
    assert by_name.find("Оюун") == Key(person.pk)
