"""After the grace time nothing personal is left in any table, and the number is free for somebody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts_app.deletion import delete_closed
from accounts_app.models import User
from accounts_app.services import create_person, deactivate
from core_app.keyring import SealBroken
from messaging_app.envelope import open_payload, open_recipient
from messaging_app.models import OutboundMessage
from obligations_app.models import OAuthTokenLog
from social_login_app.models import SocialIdentity
from tests.mfa import pages as mfa
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.self_service.leaving import close, link_in_letter

pytestmark = pytest.mark.requirement("F28")
CANARIES = (
    "99112233", "oyun@example.com", "Oyun Bat", "canary-nickname", "canary-street", "canary-device", "canary-label",
    "canary-factor",
)  # fmt: skip
# Bare numbers and dates that stay, by design: what happened, when, from where.
RECORD = "obligations_app.oauthtokenlog"


def clean_up(days: float) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        call_command("cleanup", verbosity=0)


@pytest.fixture
def gone(browser_of_somebody: OAuthBrowser, somebody: User, app: object) -> int:
    """Somebody of whom every room held something, closed; the number of the row."""
    client = browser_of_somebody.client
    somebody.nickname, somebody.address = "canary-nickname", {"street_address": "canary-street"}
    somebody.save()
    mfa.add_app(client, "canary-factor")
    mfa.add_passkey(client, name="canary-factor")
    mfa.make_backup_codes(client)
    SocialIdentity.objects.create(
        user=somebody, issuer="https://acme.example", subject="canary-label", label="canary-label"
    )
    device = somebody.devices.get()
    client.post(f"/account/devices/{device.pk}/rename/", {"name": "canary-device"})
    browser_of_somebody.tokens(scope="openid offline_access")
    Client().post("/login/code/", {"phone": PHONE})
    Client().post("/login/", {"phone": PHONE, "password": "wrong"})
    Client().post("/login/email/", {"email": "oyun@example.com", "password": "wrong"})
    operator = User.objects.create_superuser("+97688990011", None)
    for model, key, said in ((User, somebody.pk, "Oyun Bat"), (type(device), device.pk, "canary-device")):
        LogEntry.objects.create(
            user=operator,
            content_type=ContentType.objects.get_for_model(model),
            object_id=str(key),
            object_repr=said,
            action_flag=CHANGE,
        )
    assert close(client).status_code == 200
    return somebody.pk


def test_nothing_personal_is_left_in_any_table_and_the_record_keeps_a_bare_number(gone: int) -> None:
    events = OAuthTokenLog.objects.filter(user_id=gone).count()
    assert {found for _where, found in _found()} == set(CANARIES)
    clean_up(29.9)
    assert User.objects.filter(pk=gone).exists()
    clean_up(30.1)
    assert not User.objects.filter(pk=gone).exists()
    assert list(_found()) == []
    assert OAuthTokenLog.objects.filter(user_id=gone).count() == events + 1
    assert OAuthTokenLog.objects.get(event="person.deleted").user_id == gone
    assert set(LogEntry.objects.values_list("object_repr", flat=True)) == {f"deleted ({gone})"}
    clean_up(31)
    assert OAuthTokenLog.objects.filter(event="person.deleted").count() == 1


def test_messages_say_no_more_to_whom_and_what(gone: int) -> None:
    assert OutboundMessage.objects.filter(user_id=gone).exists()
    clean_up(31)
    assert OutboundMessage.objects.exists()
    assert not OutboundMessage.objects.filter(user_id__isnull=False).exists()
    assert set(OutboundMessage.objects.values_list("recipient_masked", "payload_sealed")) == {("•••", "")}


def test_the_number_and_address_are_free_for_a_new_person_with_another_subject(gone: int) -> None:
    sub = User.objects.get(pk=gone).sub
    clean_up(31)
    new = create_person(
        phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now(), email_identifier="oyun@example.com"
    )
    assert (new.sub != sub, new.pk != gone) == (True, True)
    browser = OAuthBrowser(Client(REMOTE_ADDR="10.9.8.7"))
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        browser.sign_in(PHONE, PASSWORD)
        data = browser.client.get("/api/auth/activity/").json()["entries"]
    assert {entry["event"] for entry in data} == {"session.started", "device.new"}


def test_an_account_opened_again_and_one_an_operator_shut_are_not_deleted(
    browser_of_somebody: OAuthBrowser, browser_of_another: OAuthBrowser, somebody: User
) -> None:
    close(browser_of_somebody.client)
    path = link_in_letter()
    other = User.objects.exclude(pk=somebody.pk).get()
    deactivate(user=other)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert Client().post(path).status_code == 200
    clean_up(400)
    assert User.objects.count() == 2


def test_whoever_is_late_finds_nothing_to_delete(browser_of_somebody: OAuthBrowser, somebody: User) -> None:
    close(browser_of_somebody.client)
    then = timezone.now() + timedelta(days=31)
    assert not delete_closed(somebody.pk, now=timezone.now())
    assert delete_closed(somebody.pk, now=then)
    assert not delete_closed(somebody.pk, now=then)
    assert OAuthTokenLog.objects.filter(event="person.deleted").count() == 1


def test_messages_of_others_who_look_alike_stay(gone: int) -> None:
    alike = "+97699555533"
    Client().post("/signup/", {"phone": alike})
    kept = OutboundMessage.objects.get(
        recipient_masked="+976 •••••• 33", user_id__isnull=True, purpose="otp.signup"
    )
    person = User.objects.get(pk=gone)
    User.objects.filter(pk=gone).update(delete_after=timezone.now())
    assert delete_closed(person.pk, now=timezone.now())
    kept.refresh_from_db()
    assert open_recipient(kept.pk, kept.recipient_sealed) == alike


def _found() -> Iterator[tuple[str, str]]:
    """(table and column, canary) for every canary in any column of any table, sealed ones opened."""
    for model in apps.get_models():
        where = model._meta.label_lower
        for row in model._default_manager.values():
            for column, text in _texts(where, row):
                yield from ((f"{where}.{column}", canary) for canary in CANARIES if canary in text)


def _texts(where: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for column, value in row.items():
        if isinstance(value, bytes | memoryview):
            yield column, bytes(value).decode("latin-1")
        elif where not in {RECORD} or column not in {"at", "ip"}:
            yield column, json.dumps(value, default=str, ensure_ascii=False)
    if where == "messaging_app.outboundmessage":
        yield from _opened(row)


def _opened(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for column, open_it in (("recipient_sealed", open_recipient), ("payload_sealed", open_payload)):
        try:
            yield column, str(open_it(row["id"], row[column]))
        except SealBroken:
            yield column, ""
