"""People as operators see them."""

from collections.abc import Callable
from typing import cast

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from obligations_app.models import OAuthTokenLog
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


def _form(person: User) -> str:
    return reverse("admin:accounts_app_user_profile", args=[person.pk])


def _choose(browser: Client, action: str, *people: User, **more: str) -> HttpResponse:
    data = {"action": action, "_selected_action": [person.pk for person in people], **more}
    return cast(HttpResponse, browser.post(LIST, data))


def _act(browser: Client, action: str, *people: User) -> None:
    assert _choose(browser, action, *people, confirmed="yes").status_code == 302


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
    for url in (LIST, _page(person), _form(person)):
        response = desk_of_operator.get(url)
        assert response.status_code == 200
        page = response.content.decode()
        assert PHONE not in page
        assert PHONE[4:] not in page
        assert "argon2" not in page
        assert person.password not in page
    assert "+976 •••••• 33" in desk_of_operator.get(LIST).content.decode()


def test_somebody_is_added_by_number_and_comes_in_by_a_code(desk_of_operator: Client) -> None:
    response = desk_of_operator.post(ADD, {"phone": "9911 2233", "name": "Oyun"})
    assert response.status_code == 302
    added = User.objects.get(name="Oyun")
    assert (added.phone, added.phone_proven_at, added.has_usable_password()) == (PHONE, None, False)
    assert sign_in(Client()).status_code == 400


@pytest.mark.parametrize("data", [{"phone": "abc"}, {"phone": ""}, {"phone": "+97688001122"}])
def test_what_cannot_be_added_says_why(desk_of_operator: Client, data: dict[str, str]) -> None:
    response = desk_of_operator.post(ADD, data)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.requirement("login:F14")
def test_no_page_of_a_person_takes_a_password(desk_of_operator: Client, person: User) -> None:
    password = "eight yellow tractors"
    data = {"usable_password": "true", "password1": password, "password2": password, "password": password}
    for url in (f"{_page(person).removesuffix('change/')}password/", _form(person), _page(person), ADD):
        assert 'type="password"' not in desk_of_operator.get(url, follow=True).content.decode()
        desk_of_operator.post(url, {**data, "phone": "+97688112266", "address": "{}"})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert not User.objects.get(phone="+97688112266").has_usable_password()


@pytest.mark.requirement("I04")
def test_people_can_be_shut_out_and_let_in_again(desk_of_operator: Client, person: User) -> None:
    browser = Client()
    sign_in(browser)
    asked = _choose(desk_of_operator, "lock", person).content.decode()
    assert "Oyun Bat" in asked
    assert is_signed_in(browser)
    _act(desk_of_operator, "lock", person)
    person.refresh_from_db()
    assert not person.is_active
    assert not is_signed_in(browser)
    assert sign_in(browser).status_code == 400

    _act(desk_of_operator, "unlock", person)
    assert sign_in(browser).status_code == 303


def test_operators_cannot_shut_themselves_out(desk_of_operator: Client, operator: User) -> None:
    asked = _choose(desk_of_operator, "lock", operator).content.decode()
    assert "1 person is left out" in asked
    _act(desk_of_operator, "lock", operator)
    operator.refresh_from_db()
    assert operator.is_active


@pytest.mark.requirement("L05")
def test_a_clerk_can_change_neither_rights_nor_superusers(
    desk_of_clerk: Client, operator: User, person: User
) -> None:
    page = desk_of_clerk.get(_form(person)).content.decode()
    assert 'name="is_superuser"' not in page
    assert 'name="is_staff"' not in page
    desk_of_clerk.post(
        _form(person), {"name": "Changed", "is_superuser": "on", "is_staff": "on", "address": "{}"}
    )
    person.refresh_from_db()
    assert (person.name, person.is_superuser, person.is_staff) == ("Changed", False, False)

    assert desk_of_clerk.post(_form(operator), {"name": "Changed"}).status_code == 403
    assert desk_of_clerk.post(_page(operator), {"name": "Changed"}).status_code == 405
    assert _choose(desk_of_clerk, "lock", person, confirmed="yes").status_code == 403
    operator.refresh_from_db()
    person.refresh_from_db()
    assert person.is_active
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
    for url in (LIST, ADD, _page(person), _form(person)):
        assert browser.get(url).status_code in {302, 403}


@pytest.mark.requirement("F61")
def test_addresses_are_found_verified_or_not(desk_of_operator: Client, person: User) -> None:
    other = create_person(
        phone="+97688112244",
        password=None,
        phone_proven_at=None,
        email="Saraa@Example.com",
        email_identifier="saraa@example.com",
        email_verified_at=timezone.now(),
    )
    for words, found, missing in (
        ("OYUN@example.com", person, other),
        ("saraa@EXAMPLE.com", other, person),
    ):
        page = desk_of_operator.get(LIST, {"q": words}).content.decode()
        assert _page(found) in page
        assert _page(missing) not in page


@pytest.mark.requirement("F61")
def test_the_list_is_filtered_by_status(desk_of_operator: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(must_change_password=True)
    for status, is_listed in (("active", True), ("password", True), ("shut", False), ("unproven", False)):
        page = desk_of_operator.get(LIST, {"status": status}).content.decode()
        assert (_page(person) in page) is is_listed


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("F61")
def test_the_list_neither_counts_nor_sorts_the_whole_table(desk_of_operator: Client, person: User) -> None:
    with CaptureQueriesContext(connection) as statements:
        assert desk_of_operator.get(LIST).status_code == 200
    about_people = [
        found["sql"].replace("`", '"')
        for found in statements
        if 'FROM "accounts_app_user"' in found["sql"].replace("`", '"')
    ]
    counts = [sql for sql in about_people if "COUNT(" in sql]
    assert all("LIMIT 10000" in sql for sql in counts)
    assert not any('ORDER BY "accounts_app_user"."date_joined"' in sql for sql in about_people)


@pytest.mark.requirement("F61", "L01")
def test_a_changed_profile_is_recorded_by_the_names_of_its_fields(
    desk_of_operator: Client, operator: User, person: User
) -> None:
    answer = desk_of_operator.post(_form(person), {"name": "Somebody New", "address": "{}"})
    assert (answer.status_code, answer["Location"]) == (302, _page(person))
    entry = OAuthTokenLog.objects.get(event="operator.person_changed")
    assert entry.user_id == person.pk
    assert "name" in entry.reason
    assert "Somebody New" not in entry.reason
    assert str(operator.sub) in entry.subject
