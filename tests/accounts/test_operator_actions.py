"""What operators may do for a person: each action has a permission, a page that asks, and a row in the record."""

from typing import cast

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from accounts_app.support_group import ensure_support_group
from core_app.deeds import OperatorAction, operator_actions
from custom_scopes_and_policies_app.models import Application
from limits_app.locks import reserve_attempt
from messaging_app.models import OutboundMessage
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.oauth import OAuthBrowser, introspect
from tests.operators import sign_in_as, sign_in_operator

KEYS = ("lock", "unlock", "require-password", "recovery", "end-sessions", "end-session", "disconnect-app")
MANY = ("lock", "unlock", "require-password", "end-sessions")
LIST = "/admin/accounts_app/user/"


def _permitted(*names: str) -> list[Permission]:
    return [
        Permission.objects.get(content_type__app_label=app, codename=codename)
        for app, codename in (name.split(".") for name in ("accounts_app.view_user", *names))
    ]


def _staff(*names: str) -> tuple[Client, User]:
    """A browser of an operator with these permissions, and to see people."""
    clerk = User.objects.create(phone="+97688003344", name="The clerk", is_staff=True)
    clerk.user_permissions.set(_permitted(*names))
    browser = Client()
    sign_in_as(browser, clerk)
    return browser, clerk


def _url(key: str, person: User) -> str:
    """The page of an action; where it has a target, one that is the person's if there is any."""
    action = operator_actions()[key]
    if not action.has_target:
        return reverse("admin:accounts_app_user_act", args=[person.pk, key])
    session = SsoSession.objects.filter(user=person, ended_at__isnull=True).first()
    app = Application.objects.first()
    target = (
        str(session.sid if session else person.sub)
        if key == "end-session"
        else str(app.public_id if app else "")
    )
    return reverse("admin:accounts_app_user_act_on", args=[person.pk, key, target])


def _page(person: User) -> str:
    return reverse("admin:accounts_app_user_change", args=[person.pk])


def _press(browser: Client, key: str, person: User) -> HttpResponse:
    return cast(
        HttpResponse, browser.post(_url(key, person), {"choice": "phone"} if key == "recovery" else {})
    )


@pytest.fixture
def connected(browser_of_somebody: OAuthBrowser, app: Application, somebody: User) -> User:
    """Somebody with a session, a connected app and a counted failure."""
    browser_of_somebody.tokens()
    reserve_attempt(account=somebody.phone or "", ip="198.51.100.9").failed()
    return somebody


def test_the_table_of_this_test_names_every_action(db: None) -> None:
    assert sorted(operator_actions()) == sorted(KEYS)
    assert sorted(key for key, action in operator_actions().items() if action.is_for_many) == sorted(MANY)


@pytest.mark.requirement("L05", "F61")
@pytest.mark.parametrize("key", KEYS)
def test_an_action_is_for_whoever_has_its_permission_and_nobody_else(connected: User, key: str) -> None:
    action, url = operator_actions()[key], _url(key, connected)
    before = OAuthTokenLog.objects.filter(event=action.event.name)
    for browser, status in (
        (Client(), 302),
        (_person_without_rights(), 302),
        (_staff(*_all_but(action))[0], 403),
    ):
        assert browser.get(url).status_code == status
        answer = _press(browser, key, connected)
        assert answer.status_code == status
        assert status != 302 or answer["Location"].startswith(("/admin/login/", "/login/"))
    assert not before.exists()
    browser, clerk = _staff_again(action.permission)
    assert browser.get(url).status_code == 200
    assert not before.exists()
    answer = _press(browser, key, connected)
    assert (answer.status_code, answer["Location"]) == (302, _page(connected))
    entry = before.get()
    assert (entry.user_id, str(clerk.sub) in entry.subject) == (connected.pk, True)
    assert LogEntry.objects.get().change_message == str(action.label)
    assert (connected.phone or "+") not in LogEntry.objects.get().object_repr


def _all_but(action: OperatorAction) -> list[str]:
    others = {other.permission for other in operator_actions().values()} - {action.permission}
    return ["accounts_app.change_user", "accounts_app.add_user", *sorted(others)]


def _staff_again(permission: str) -> tuple[Client, User]:
    User.objects.filter(phone="+97688003344").delete()
    return _staff(permission)


def _person_without_rights() -> Client:
    browser = Client()
    sign_in_as(browser, User.objects.create(phone="+97688005566"))
    return browser


@pytest.mark.requirement("L05")
@pytest.mark.parametrize("key", [key for key in KEYS if key not in {"end-session", "disconnect-app"}])
def test_operators_are_acted_on_by_superusers_only_and_by_nobody_on_themselves(
    server: None, key: str
) -> None:
    browser, clerk = _staff(operator_actions()[key].permission)
    colleague = User.objects.create(phone="+97688005566", is_staff=True, email="a@example.com")
    root = sign_in_operator(Client())
    superuser = User.objects.get(is_superuser=True)
    for actor, person in ((browser, clerk), (browser, colleague), (browser, superuser), (root, superuser)):
        assert actor.get(_url(key, person)).status_code == 403
        assert _press(actor, key, person).status_code == 403
        assert "act/" not in actor.get(_page(person)).content.decode()
    assert root.get(_url(key, colleague)).status_code == 200
    assert not OAuthTokenLog.objects.filter(event__startswith="operator.").exists()


@pytest.mark.requirement("L05")
@pytest.mark.parametrize("key", MANY)
def test_an_action_for_many_needs_its_permission_too(connected: User, key: str) -> None:
    data = {"action": key, "_selected_action": [connected.pk], "confirmed": "yes"}
    action = operator_actions()[key]
    assert _staff(*_all_but(action))[0].post(LIST, data).status_code == 403
    browser, clerk = _staff_again(action.permission)
    page = browser.get(LIST).content.decode()
    assert [offered for offered in MANY if f'<option value="{offered}">' in page] == [key]
    assert browser.post(LIST, {**data, "_selected_action": [connected.pk, clerk.pk]}).status_code == 302
    assert OAuthTokenLog.objects.get(event=action.event.name).user_id == connected.pk


@pytest.mark.requirement("L05")
def test_buttons_that_one_may_not_press_are_not_shown(connected: User) -> None:
    browser, _clerk = _staff("accounts_app.unlock_person", "accounts_app.end_sessions")
    page = browser.get(_page(connected)).content.decode()
    shown = [key for key in KEYS if f"/act/{key}/" in page]
    assert shown == ["unlock", "end-sessions", "end-session"]
    assert "What happened" not in page


@pytest.mark.requirement("L05")
def test_a_session_or_app_of_somebody_else_does_not_exist_here(connected: User) -> None:
    browser = sign_in_operator(Client())
    other = User.objects.create(phone="+97688005566")
    for key in ("end-session", "disconnect-app"):
        foreign = _url(key, connected).replace(f"/{connected.pk}/act/", f"/{other.pk}/act/")
        for url in (
            foreign,
            f"{_url(key, connected)[:-5]}/",
            f"{_page(other).removesuffix('change/')}act/{key}/x/",
        ):
            assert browser.get(url).status_code == 404
            assert browser.post(url).status_code == 404
    assert browser.get(f"{_page(other).removesuffix('change/')}act/fire/").status_code == 404
    assert browser.get(f"{_page(other).removesuffix('change/')}act/end-session/").status_code == 404
    assert browser.get("/admin/accounts_app/user/999999/act/lock/").status_code == 404
    assert browser.get("/admin/accounts_app/user/nobody/change/").status_code == 404
    assert SsoSession.objects.get(user=connected).ended_at is None


@pytest.mark.requirement("C12", "I04")
@pytest.mark.parametrize("key", ["lock", "end-sessions", "end-session", "require-password", "disconnect-app"])
def test_what_an_action_ends_is_refused_at_once(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], somebody: User, key: str
) -> None:
    tokens = browser_of_somebody.tokens()
    assert introspect(Client(), tokens["access_token"], api)["active"] is True
    assert _press(sign_in_operator(Client()), key, somebody).status_code == 302
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}
    is_over = SsoSession.objects.get(user=somebody).ended_at is not None
    assert is_over is (key != "disconnect-app")


@pytest.mark.requirement("F61", "login:F08")
def test_unlocking_lifts_the_locks_of_failed_attempts(somebody: User, settings: object) -> None:
    for attempt in range(3):
        reserve_attempt(account=somebody.phone or "", ip=f"198.51.100.{attempt}").failed()
    operator = sign_in_operator(Client())
    assert "Locked after failed attempts until" in operator.get(_page(somebody)).content.decode()
    assert _press(operator, "unlock", somebody).status_code == 302
    page = operator.get(_page(somebody)).content.decode()
    assert "Locked after failed attempts" not in page
    assert "No failed attempts are counted." in page
    reserve_attempt(account=somebody.phone or "", ip="198.51.100.1").succeeded()


def test_what_somebody_else_did_first_is_said_and_not_recorded_twice(somebody: User) -> None:
    operator = sign_in_operator(Client())
    _press(operator, "lock", somebody)
    answer = operator.post(_url("lock", somebody), follow=True)
    assert "The account was shut already." in answer.content.decode()
    assert OAuthTokenLog.objects.filter(event="operator.person_locked").count() == 1


@pytest.mark.requirement("F61")
def test_whoever_has_to_set_a_new_password_is_told(somebody: User) -> None:
    _press(sign_in_operator(Client()), "require-password", somebody)
    message = OutboundMessage.objects.get(user_id=somebody.pk)
    assert (message.channel, message.template) == ("email", "password_change_required")


@pytest.mark.requirement("L05")
def test_the_support_group_is_made_once_and_may_act_but_not_give_rights(connected: User) -> None:
    assert ensure_support_group() is True
    assert ensure_support_group() is False
    clerk = User.objects.create(phone="+97688003344", is_staff=True)
    clerk.groups.add(Group.objects.get(name="Support"))
    browser = Client()
    sign_in_as(browser, clerk)
    page = browser.get(_page(connected)).content.decode()
    assert all(
        f"/act/{key}/" in page for key in ("lock", "unlock", "recovery", "end-session", "disconnect-app")
    )
    assert "What happened" in page
    form = reverse("admin:accounts_app_user_profile", args=[connected.pk])
    assert 'name="name"' not in browser.get(form).content.decode()
    assert browser.post(form, {"name": "Changed", "is_staff": "on", "address": "{}"}).status_code == 403
    assert browser.get("/admin/auth/group/").status_code == 403


@pytest.mark.requirement("F61")
def test_more_people_than_one_can_read_are_not_acted_on(server: None) -> None:
    operator = sign_in_operator(Client())
    people = User.objects.bulk_create([User(phone=f"+97688{number:06}") for number in range(101)])
    data = {"action": "lock", "_selected_action": [person.pk for person in people], "confirmed": "yes"}
    answer = operator.post(LIST, data, follow=True)
    assert "Choose at most 100 people." in answer.content.decode()
    assert not User.objects.filter(is_active=False).exists()


@pytest.mark.requirement("F61")
def test_the_status_is_said_in_words(somebody: User) -> None:
    operator = sign_in_operator(Client())
    assert '<li class="good">Active</li>' in operator.get(_page(somebody)).content.decode()
    for changes, words in (
        ({"must_change_password": True}, "Must set a new password"),
        ({"is_active": False, "deactivated_at": timezone.now()}, "Shut out by an operator"),
        ({"delete_after": timezone.now()}, "Will be deleted after"),
    ):
        User.objects.filter(pk=somebody.pk).update(**changes)
        page = operator.get(_page(somebody)).content.decode()
        assert words in page
        assert '<li class="good">' not in page
