"""What changes a person."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts_app import services
from accounts_app.models import User
from accounts_app.selectors import find_by_phone
from accounts_app.signals import person_deactivated, person_reactivated
from core_app.events import Event

PHONE = "+97699112233"
PASSWORD = "seven green bicycles"

pytestmark = pytest.mark.django_db


def _person(**fields: object) -> User:
    return services.create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now(), **fields)


def test_a_person_is_made_with_a_random_subject_and_a_hashed_password() -> None:
    person = _person(name="Oyun")
    assert find_by_phone(PHONE) == person
    assert person.sub.version == 4
    assert PASSWORD not in person.password
    assert person.check_password(PASSWORD)
    assert person.password_changed_at is not None


@pytest.mark.requirement("J07")
def test_without_a_password_there_is_nothing_to_sign_in_with() -> None:
    person = services.create_person(phone=PHONE, password=None, phone_proven_at=None)
    assert not person.has_usable_password()
    assert not person.check_password("")
    assert person.password_changed_at is None


@pytest.mark.requirement("J06")
def test_a_number_is_given_once_and_the_transaction_goes_on() -> None:
    with transaction.atomic():
        first = _person()
        with pytest.raises(services.PhoneTaken):
            _person()
        assert User.objects.get() == first


def test_another_broken_constraint_is_not_called_a_taken_number() -> None:
    sub = uuid.uuid4()
    _person(sub=sub)
    with pytest.raises(IntegrityError):
        services.create_person(phone="+97688112244", password=None, phone_proven_at=None, sub=sub)


@pytest.mark.requirement("login:F04")
def test_a_new_password_is_normalised_and_ends_the_duty_to_change_it() -> None:
    person = _person(must_change_password=True)
    services.set_password(user=person, password="cafe\u0301 au lait \ufb01n")
    person.refresh_from_db()
    assert person.check_password("caf\u00e9 au lait fin")
    assert not person.must_change_password


def test_a_profile_changes_only_where_something_is_given() -> None:
    person = _person(name="Oyun", given_name="O")
    services.update_profile(user=person, name=" Oyun Bat ", given_name="")
    services.update_profile(user=person)
    person.refresh_from_db()
    assert (person.name, person.given_name) == ("Oyun Bat", "")


@pytest.mark.requirement("J02")
@pytest.mark.parametrize(
    ("address", "stays_verified"), [("OYUN@example.com", True), ("other@example.com", False), ("", False)]
)
def test_a_changed_address_is_no_longer_verified(address: str, stays_verified: bool) -> None:
    now = timezone.now()
    person = _person(email="oyun@example.com", email_verified_at=now, email_identifier="oyun@example.com")
    services.update_profile(user=person, email=address)
    person.refresh_from_db()
    assert person.email == address
    assert (person.email_verified_at is not None) is stays_verified
    assert (person.email_identifier is not None) is stays_verified


@pytest.mark.requirement("I04", "L01")
def test_an_account_is_shut_and_opened_once_and_told_once() -> None:
    told: list[str] = []

    def listen(sender: object, event: Event, **kwargs: object) -> None:
        told.append(event.name)

    person = _person()
    for signal in (person_deactivated, person_reactivated):
        signal.connect(listen)
    try:
        assert [services.deactivate(user=person) for _again in range(2)] == [True, False]
        assert not User.objects.get().is_active
        assert User.objects.get().deactivated_at is not None
        assert [services.reactivate(user=person) for _again in range(2)] == [True, False]
        assert User.objects.get().is_active
        assert User.objects.get().deactivated_at is None
    finally:
        for signal in (person_deactivated, person_reactivated):
            signal.disconnect(listen)
    assert told == ["person.deactivated", "person.reactivated"]


@pytest.mark.requirement("L03")
def test_a_person_in_a_log_line_is_not_a_phone_number() -> None:
    assert PHONE not in f"{_person()} {_person.__name__}"
    assert str(User(name="Oyun")) == "Oyun"
