"""Verified addresses are unique whoever is faster, and changes say what they were told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.email_changes import (
    EmailChangedMeanwhile,
    find_undoable_email,
    set_verified_email,
    undo_email_change,
)
from accounts_app.models import EmailChange, User
from accounts_app.phone_changes import UndoRefused
from accounts_app.services import EmailTaken, create_person, deactivate, insert_person, new_person
from tests.operators import sign_in_operator

PHONE = "+97699112233"
OLD, NEW = "old@example.com", "new@example.com"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person() -> User:
    return create_person(
        phone=PHONE,
        password=None,
        phone_proven_at=timezone.now(),
        email=OLD,
        email_identifier=OLD,
        email_verified_at=timezone.now(),
    )


def give(person: User, email: str, link: str = "link") -> EmailChange:
    until = timezone.now() + timedelta(days=1)
    return set_verified_email(user=person, email=email, undo_hash=link, undo_until=until)


@pytest.mark.requirement("J06")
def test_the_same_address_cannot_be_verified_twice(person: User) -> None:
    other = create_person(phone="+97688112233", password=None, phone_proven_at=None)
    with pytest.raises(EmailTaken):
        give(other, OLD)
    with pytest.raises(EmailTaken):
        insert_person(new_person(phone=None, password=None, phone_proven_at=None, email_identifier=OLD))
    assert not EmailChange.objects.exists()


def test_a_change_for_somebody_who_changed_meanwhile_is_refused(person: User) -> None:
    stale = User.objects.get(pk=person.pk)
    give(person, NEW)
    with pytest.raises(EmailChangedMeanwhile):
        give(stale, "third@example.com", "other link")
    deactivate(user=person)
    with pytest.raises(EmailChangedMeanwhile):
        give(User.objects.get(pk=person.pk), "third@example.com", "other link")


def test_the_old_address_may_belong_to_somebody_else_by_now(person: User) -> None:
    change = give(person, NEW)
    insert_person(new_person(phone=None, password=None, phone_proven_at=None, email_identifier=OLD))
    with pytest.raises(EmailTaken):
        undo_email_change(change=find_undoable_email("link"))
    change.refresh_from_db()
    assert change.undone_at is None
    assert User.objects.get(pk=person.pk).email == NEW


def test_a_link_works_once_and_only_while_it_is_good(person: User) -> None:
    change = give(person, NEW)
    undo_email_change(change=change)
    with pytest.raises(UndoRefused):
        undo_email_change(change=change)
    with pytest.raises(UndoRefused):
        find_undoable_email("link")
    with pytest.raises(UndoRefused):
        find_undoable_email("no such link")


def test_whoever_has_neither_number_nor_address_is_named_by_subject() -> None:
    nobody = insert_person(new_person(phone=None, password=None, phone_proven_at=None))
    assert nobody.get_username() == str(nobody) == str(nobody.sub)


@pytest.mark.requirement("L03")
def test_somebody_without_name_and_number_is_shown_by_the_masked_address(person: User) -> None:
    assert str(User(email=OLD, email_identifier=OLD)) == "o•••@example.com"


@pytest.mark.requirement("L03")
def test_a_change_shows_no_whole_address(person: User) -> None:
    assert str(give(person, NEW)) == "o•••@example.com → n•••@example.com"


def test_operators_see_changes_and_take_them_back(person: User, client: Client) -> None:
    change = give(person, NEW)
    operator = sign_in_operator(client)
    page = operator.get("/admin/accounts_app/emailchange/").content.decode()
    assert "n•••@example.com" in page
    assert NEW not in page
    operator.post(
        "/admin/accounts_app/emailchange/", {"action": "take_back", "_selected_action": [str(change.pk)]}
    )
    person.refresh_from_db()
    assert (person.email, person.has_usable_password()) == (OLD, False)
    assert "taken back" in operator.get("/admin/accounts_app/emailchange/").content.decode()
