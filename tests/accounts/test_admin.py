"""People as operators see them."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from tests.phone_auth.pages import PASSWORD, PHONE, is_signed_in, sign_in

LIST = "/admin/accounts_app/user/"
ADD = "/admin/accounts_app/user/add/"


@pytest.fixture
def person(transactional_db: None) -> User:
    return create_person(
        phone=PHONE,
        password=PASSWORD,
        phone_proven_at=timezone.now(),
        name="Oyun Bat",
        email="oyun@example.com",
    )


@pytest.fixture
def desk_of_clerk(transactional_db: None) -> Client:
    """An operator who may see and change people, and no more."""
    clerk = create_person(
        phone="+97688003344", password=PASSWORD, phone_proven_at=timezone.now(), is_staff=True
    )
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_user", "change_user", "add_user"])
    )
    browser = Client()
    sign_in(browser, "+97688003344")
    return browser


def _page(person: User) -> str:
    return reverse("admin:accounts_app_user_change", args=[person.pk])


def _act(browser: Client, action: str, *people: User) -> None:
    response = browser.post(LIST, {"action": action, "_selected_action": [person.pk for person in people]})
    assert response.status_code == 302


@pytest.mark.requirement("F61")
@pytest.mark.parametrize(
    "words",
    [
        lambda p: "9911-2233",
        lambda p: p.phone,
        lambda p: str(p.sub),
        lambda p: "oyun@example",
        lambda p: "bat",
    ],
)
def test_people_are_found_by_number_subject_address_and_name(
    desk_of_operator: Client, person: User, words: Callable[[User], str]
) -> None:
    create_person(phone="+97688112244", password=None, phone_proven_at=None, name="Somebody Else")
    page = desk_of_operator.get(LIST, {"q": words(person)}).content.decode()
    assert _page(person) in page
    assert "Somebody Else" not in page


def test_words_that_fit_nobody_find_nobody(desk_of_operator: Client, person: User) -> None:
    assert _page(person) not in desk_of_operator.get(LIST, {"q": "nobody at all"}).content.decode()


@pytest.mark.requirement("L03", "login:F14")
def test_neither_the_full_number_nor_the_hash_is_shown(desk_of_operator: Client, person: User) -> None:
    for url in (LIST, _page(person), f"{_page(person).removesuffix('change/')}password/"):
        response = desk_of_operator.get(url)
        assert response.status_code == 200
        page = response.content.decode()
        assert PHONE not in page
        assert PHONE[4:] not in page
        assert "argon2" not in page
        assert person.password not in page
    assert "+976 •••••• 33" in desk_of_operator.get(LIST).content.decode()


def test_somebody_can_be_added_by_number(desk_of_operator: Client) -> None:
    data = {"phone": "9911 2233", "name": "Oyun", "usable_password": "true"}
    response = desk_of_operator.post(
        ADD, {**data, "password1": "caf\u00e9 au lait \ufb01n", "password2": "cafe\u0301 au lait \ufb01n"}
    )
    assert response.status_code == 302
    added = User.objects.get(name="Oyun")
    assert (added.phone, added.phone_proven_at) == (PHONE, None)
    assert added.password_changed_at is not None
    browser = Client()
    assert sign_in(browser, password="caf\u00e9 au lait fin").status_code == 303


def test_somebody_can_be_added_without_a_password(desk_of_operator: Client) -> None:
    desk_of_operator.post(ADD, {"phone": PHONE, "name": "Oyun", "usable_password": "false"})
    assert not User.objects.get(phone=PHONE).has_usable_password()


@pytest.mark.parametrize(
    "data", [{"phone": "abc"}, {"phone": ""}, {"phone": "+97688001122"}, {"password1": "short"}]
)
def test_what_cannot_be_added_says_why(desk_of_operator: Client, data: dict[str, str]) -> None:
    whole = {"phone": PHONE, "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    response = desk_of_operator.post(ADD, {**whole, **data})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert User.objects.count() == 1


def test_a_password_can_be_set_but_not_seen(desk_of_operator: Client, person: User) -> None:
    url = f"{_page(person).removesuffix('change/')}password/"
    password = "eight yellow tractors"
    data = {"usable_password": "true", "password1": password, "password2": password, "set-password": "1"}
    assert desk_of_operator.post(url, data).status_code == 302
    person.refresh_from_db()
    assert person.check_password(password)


@pytest.mark.requirement("I04")
def test_people_can_be_shut_out_and_let_in_again(desk_of_operator: Client, person: User) -> None:
    browser = Client()
    sign_in(browser)
    _act(desk_of_operator, "deactivate_selected", person)
    person.refresh_from_db()
    assert not person.is_active
    assert not is_signed_in(browser)
    assert sign_in(browser).status_code == 400

    _act(desk_of_operator, "reactivate_selected", person)
    assert sign_in(browser).status_code == 303


def test_operators_cannot_shut_themselves_out(desk_of_operator: Client, operator: User) -> None:
    _act(desk_of_operator, "deactivate_selected", operator)
    operator.refresh_from_db()
    assert operator.is_active


@pytest.mark.requirement("L05")
def test_a_clerk_can_change_neither_rights_nor_superusers(
    desk_of_clerk: Client, operator: User, person: User
) -> None:
    page = desk_of_clerk.get(_page(person)).content.decode()
    assert 'name="is_superuser"' not in page
    assert 'name="is_staff"' not in page
    desk_of_clerk.post(
        _page(person), {"name": "Changed", "is_superuser": "on", "is_staff": "on", "address": "{}"}
    )
    person.refresh_from_db()
    assert (person.name, person.is_superuser, person.is_staff) == ("Changed", False, False)

    password = f"{_page(operator).removesuffix('change/')}password/"
    assert desk_of_clerk.get(password).status_code == 403
    assert desk_of_clerk.post(_page(operator), {"name": "Changed"}).status_code == 403
    _act(desk_of_clerk, "deactivate_selected", operator)
    operator.refresh_from_db()
    assert (operator.name, operator.is_active) == ("The operator", True)


@pytest.mark.requirement("L05")
def test_people_are_not_deleted_here(desk_of_operator: Client, person: User) -> None:
    assert desk_of_operator.post(f"{_page(person).removesuffix('change/')}delete/").status_code == 403
    _ = desk_of_operator.post(
        LIST, {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
    )
    assert User.objects.filter(pk=person.pk).exists()


@pytest.mark.requirement("L05")
def test_people_are_for_operators_only(person: User) -> None:
    browser = Client()
    sign_in(browser)
    for url in (LIST, ADD, _page(person)):
        assert browser.get(url).status_code in {302, 403}
