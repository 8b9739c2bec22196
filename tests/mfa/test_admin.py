"""Operators: see who has second factors, never a secret, and help whoever has lost them all."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts_app.models import User
from mfa_app.models import BackupCode, CodeFactor, Passkey, TotpFactor
from obligations_app.models import OAuthTokenLog
from tests.mfa.pages import (
    PHONE,
    add_app,
    add_codes,
    add_passkey,
    is_signed_in,
    make_backup_codes,
    sign_in,
)
from tests.operators import sign_in_as, sign_in_operator

LIST = "/admin/mfa_app/protectedperson/"


@pytest.fixture
def operator(new_browser: Callable[[], Client]) -> Client:
    return sign_in_operator(new_browser())


def reset(client: Client, *people: User) -> str:
    fields = {"action": "reset_selected", "_selected_action": [str(person.pk) for person in people]}
    return client.post(LIST, fields, follow=True).content.decode()


@pytest.mark.requirement("F26", "L04", "L09", "C13")
def test_an_operator_resets_somebody_who_has_lost_everything(
    browser: Client, person: User, operator: Client, other: Client
) -> None:
    add_app(browser)
    add_passkey(browser)
    add_codes(browser, "sms")
    make_backup_codes(browser)
    mail.outbox.clear()
    assert "1 person reset." in reset(operator, person)
    for model in (TotpFactor, Passkey, CodeFactor, BackupCode):
        assert not model.objects.exists()
    assert not is_signed_in(browser)
    assert len(mail.outbox) == 1
    assert "An operator removed" in mail.outbox[0].body
    row = OAuthTokenLog.objects.get(event="factor.reset")
    assert (row.user_id, row.subject.startswith("by operator ")) == (person.pk, True)
    assert sign_in(other)["Location"] == "/"
    assert "0 people reset." in reset(operator, person)


@pytest.mark.requirement("H02", "L03", "L05")
def test_the_pages_show_kinds_and_dates_and_nothing_secret(
    browser: Client, person: User, operator: Client
) -> None:
    app = add_app(browser)
    codes = make_backup_codes(browser)
    shown = operator.get(LIST).content.decode() + operator.get(f"{LIST}{person.pk}/change/").content.decode()
    assert "authenticator app" in shown
    assert PHONE not in shown
    assert app.secret not in shown
    assert TotpFactor.objects.get().secret_sealed not in shown
    assert not [code for code in codes if code in shown]
    assert operator.get(LIST, {"q": "9911 2233"}).content.decode().count("Oyun Bat") >= 1
    assert "Oyun Bat" not in operator.get(LIST, {"q": "88112233"}).content.decode()


@pytest.mark.requirement("L05")
def test_an_operator_without_the_right_or_for_another_operator_resets_nothing(
    browser: Client, person: User, new_browser: Callable[[], Client]
) -> None:
    add_app(browser)
    helper = User.objects.create(phone="+97688112266", is_staff=True)
    client = new_browser()
    sign_in_as(client, helper)
    helper.user_permissions.add(Permission.objects.get(codename="view_protectedperson"))
    assert "reset." not in reset(client, person)
    helper.user_permissions.add(Permission.objects.get(codename="change_protectedperson"))
    User.objects.filter(pk=person.pk).update(is_staff=True)
    assert "0 people reset." in reset(client, person)
    assert TotpFactor.objects.exists()
    User.objects.filter(pk=person.pk).update(is_staff=False)
    assert "1 person reset." in reset(client, person)
