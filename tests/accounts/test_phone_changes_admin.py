"""Changes of number as operators see them, and what they can do about one."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts_app.models import PhoneChange, User
from accounts_app.phone_changes import change_phone
from accounts_app.services import create_person
from phone_auth_app.flows.change_phone import undo_hash
from tests.phone_auth.pages import OTHER_PHONE, PASSWORD, PHONE, is_signed_in, post, sign_in

LIST = "/admin/accounts_app/phonechange/"
TOKEN = "a-link-that-was-sent"

pytestmark = pytest.mark.requirement("G15", "F61")


@pytest.fixture
def person(transactional_db: None) -> User:
    return create_person(phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now(), name="Oyun Bat")


@pytest.fixture
def change(person: User) -> PhoneChange:
    until = timezone.now() + timedelta(days=3)
    return change_phone(user=person, phone=OTHER_PHONE, undo_hash=undo_hash(TOKEN), undo_until=until)


def act(desk: Client, action: str, change: PhoneChange) -> str:
    answer = desk.post(LIST, {"action": action, "_selected_action": [str(change.pk)]}, follow=True)
    return answer.content.decode()


@pytest.mark.requirement("L03")
def test_neither_number_nor_link_is_shown(desk_of_operator: Client, change: PhoneChange) -> None:
    for url in (LIST, f"{LIST}{change.pk}/change/"):
        page = desk_of_operator.get(url).content.decode()
        assert "+976 •••••• 33" in page
        assert "+976 •••••• 44" in page
        assert "can be taken back" in page
        for secret in (PHONE[4:], OTHER_PHONE[4:], change.undo_hash):
            assert secret not in page


@pytest.mark.parametrize("words", ["9911-2233", OTHER_PHONE, "sub"])
def test_a_change_is_found_by_either_number_and_by_its_person(
    desk_of_operator: Client, change: PhoneChange, words: str
) -> None:
    found = desk_of_operator.get(LIST, {"q": str(change.user.sub) if words == "sub" else words})
    assert str(change.pk) in found.content.decode()
    assert str(change.pk) not in desk_of_operator.get(LIST, {"q": "+97688003344"}).content.decode()


def test_taking_back_does_what_the_link_does(desk_of_operator: Client, change: PhoneChange) -> None:
    browser = Client()
    assert sign_in(browser, OTHER_PHONE).status_code == 303
    assert "1 change taken back." in act(desk_of_operator, "take_back", change)
    person = User.objects.get(name="Oyun Bat")
    assert (person.phone, person.has_usable_password()) == (PHONE, False)
    assert not is_signed_in(browser)
    assert post(Client(), f"/account/phone/undo/{TOKEN}/").status_code == 400
    assert "taken back" in desk_of_operator.get(LIST).content.decode()
    assert "0 changes taken back." in act(desk_of_operator, "take_back", change)


def test_a_change_cannot_be_taken_back_when_the_old_number_has_another_owner(
    desk_of_operator: Client, change: PhoneChange
) -> None:
    create_person(phone=PHONE, password=None, phone_proven_at=timezone.now())
    assert "belongs to another account" in act(desk_of_operator, "take_back", change)
    assert User.objects.get(name="Oyun Bat").phone == OTHER_PHONE
    change.refresh_from_db()
    assert change.undone_at is None


def test_a_change_can_be_made_final(desk_of_operator: Client, change: PhoneChange) -> None:
    assert "1 change is final." in act(desk_of_operator, "close_links", change)
    assert post(Client(), f"/account/phone/undo/{TOKEN}/").status_code == 400
    assert User.objects.get(name="Oyun Bat").phone == OTHER_PHONE
    assert "final" in desk_of_operator.get(LIST).content.decode()


@pytest.mark.requirement("L05")
def test_whoever_may_only_look_changes_nothing(change: PhoneChange) -> None:
    clerk = create_person(
        phone="+97688003344", password=PASSWORD, phone_proven_at=timezone.now(), is_staff=True
    )
    clerk.user_permissions.set(Permission.objects.filter(codename="view_phonechange"))
    browser = Client()
    sign_in(browser, "+97688003344")
    assert browser.get(LIST).status_code == 200
    act(browser, "take_back", change)
    change.refresh_from_db()
    assert change.undone_at is None
    assert browser.post(f"{LIST}{change.pk}/delete/", {"post": "yes"}).status_code == 403
