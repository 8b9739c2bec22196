"""Every event is one row, in the transaction of what happened, with nothing in it that could be misused."""

import json
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts_app.models import User
from core_app.caller import Caller
from core_app.events import CATALOGUE, REFUSED, AuditSignal
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from obligations_app.receivers import connect_all
from tests.obligations.conftest import CALLER, FAMILY, PHONE, SID


def emit(name: str, **facts: Any) -> OAuthTokenLog:
    """Emit as a room does, and give the row that came of it."""
    with transaction.atomic():
        CATALOGUE[name].emit(**facts)
    return OAuthTokenLog.objects.order_by("-id")[0]


def rename_and_emit(person: User, event: str, **facts: Any) -> None:
    """A change and its event as rooms write them: one transaction, the event last."""
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(name="Changed")
        CATALOGUE[event].emit(user_id=person.pk, **facts)


@pytest.mark.requirement("F60", "L01")
def test_an_event_becomes_one_row_with_all_its_facts(person: User) -> None:
    entry = emit(
        "token.issued",
        user_id=person.pk,
        client_id="shop-1",
        sid=SID,
        jti="jti-1",
        family=FAMILY,
        grant_type="authorization_code",
        scopes=["openid", "profile"],
        policies={"profile": "name-only"},
        reason="first",
        subject="something",
        caller=CALLER,
    )
    assert OAuthTokenLog.objects.count() == 1
    facts = {
        field: getattr(entry, field) for field in ("event", "outcome", "client_id", "sid", "jti", "family")
    }
    assert facts == {
        "event": "token.issued",
        "outcome": "success",
        "client_id": "shop-1",
        "sid": SID,
        "jti": "jti-1",
        "family": FAMILY,
    }
    assert (entry.grant_type, entry.scopes) == ("authorization_code", "openid profile")
    assert entry.policies == {"profile": "name-only"}
    assert (entry.user, entry.reason, entry.subject) == (person, "first", "something")
    assert (entry.ip, entry.user_agent, entry.request_id) == ("203.0.113.7", CALLER.user_agent, "r-1")


@pytest.mark.requirement("F60")
def test_every_declared_event_is_recorded(db: None) -> None:
    for name in CATALOGUE:
        assert emit(name).event == name
    assert OAuthTokenLog.objects.count() == len(CATALOGUE)


def test_the_rooms_events_are_known_without_anybody_importing_them() -> None:
    assert {"code.issued", "token.issued", "session.started", "otp.sent", "login.failed"} <= CATALOGUE.keys()


def test_connecting_again_does_not_record_twice(db: None) -> None:
    connect_all()
    emit("token.issued")
    assert OAuthTokenLog.objects.count() == 1


def test_an_event_about_nobody_is_recorded_too(db: None) -> None:
    entry = emit("token.refused", outcome=REFUSED, reason="invalid_client")
    assert (entry.user_id, entry.ip, entry.sid, entry.outcome) == (None, None, None, "refused")


@pytest.mark.requirement("F60", "L01")
def test_a_change_that_is_rolled_back_leaves_no_row(person: User) -> None:
    with transaction.atomic():
        CATALOGUE["token.issued"].emit(user_id=person.pk)
        assert OAuthTokenLog.objects.exists()
        transaction.set_rollback(True)
    assert not OAuthTokenLog.objects.exists()


@pytest.mark.requirement("L01", "R23")
def test_a_change_that_cannot_be_recorded_does_not_happen(person: User) -> None:
    def disk_is_full(**kwargs: Any) -> None:
        raise DatabaseError("disk is full")

    signal = CATALOGUE["token.revoked"]
    signal.connect(disk_is_full)
    try:
        with pytest.raises(DatabaseError):
            rename_and_emit(person, "token.revoked")
    finally:
        signal.disconnect(disk_is_full)
    assert User.objects.get(pk=person.pk).name == "Bat Erdene"
    assert not OAuthTokenLog.objects.exists()


@pytest.mark.requirement("L01")
def test_a_bad_event_takes_its_change_with_it(person: User) -> None:
    with pytest.raises(ValidationError):
        rename_and_emit(person, "token.revoked", sid="not-a-uuid")
    assert User.objects.get(pk=person.pk).name == "Bat Erdene"


def test_one_event_is_one_statement(person: User, django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        CATALOGUE["token.refreshed"].emit(user_id=person.pk, client_id="shop-1", caller=CALLER)


@pytest.mark.requirement("L03", "G12")
@pytest.mark.parametrize(
    "number",
    [PHONE, "99112233", "+353 87 123 4567", "00976-9911-2233", "(087) 123.4567", "tel:+976/99112233"],
)
@pytest.mark.parametrize("field", ["reason", "subject"])
def test_phone_numbers_are_masked(db: None, number: str, field: str) -> None:
    entry = emit("login.failed", outcome=REFUSED, **{field: f"no account for {number}, sorry"})
    text = getattr(entry, field)
    assert "•" in text
    assert text.startswith("no account for ")
    assert text.endswith(", sorry")
    assert sum(character.isdigit() for character in text) <= 5


@pytest.mark.requirement("L03")
def test_a_phone_number_gets_in_nowhere(db: None) -> None:
    caller = Caller(ip="203.0.113.7", user_agent=f"app {PHONE}", request_id=PHONE)
    entry = emit(
        "token.refused",
        client_id=PHONE,
        jti=PHONE,
        grant_type=PHONE,
        scopes=[PHONE],
        policies={"profile": PHONE},
        reason=PHONE,
        subject=PHONE,
        caller=caller,
    )
    row = OAuthTokenLog.objects.filter(pk=entry.pk).values().get()
    assert "99112233" not in json.dumps(row, default=str)


@pytest.mark.requirement("L03")
def test_what_is_no_phone_number_stays_readable(db: None) -> None:
    device = "Mozilla/5.0 (Linux; Android 14) Chrome/120.0.6099.109 FBBV/543210987"
    sub = str(uuid.UUID("12345678-1234-4123-8123-123456789012"))
    caller = Caller(ip="203.0.113.7", user_agent=device, request_id="1234567890123456")
    entry = emit(
        "token.refused",
        client_id="1234567890123",
        subject=sub,
        reason="refresh_token_family_was_revoked at 10:42:58",
        caller=caller,
    )
    assert entry.subject == sub
    assert entry.user_agent == device
    assert entry.client_id == "1234567890123"
    assert entry.request_id == "1234567890123456"
    assert entry.reason == "refresh_token_family_was_revoked at 10:42:58"


@pytest.mark.requirement("L03")
@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxMjM0NTY3ODkwIn0.NHVaYe26MbtOYhSKkoKYdFVomg4i8ZJd8_-RU8VNbft",
        "wxpZoqXl0YHgRn9Ld5TqAsmU3eVcJk",
        "AQDx3gGTt6J6EHzEnSsvbwptHFUBk7eiehB8xJ0rL29qbRxVAAAAB3Zl",
    ],
)
def test_a_token_or_code_gets_in_nowhere_by_mistake(db: None, secret: str) -> None:
    entry = emit("token.refused", reason=f"bad token {secret}", subject=secret)
    assert entry.reason.startswith("bad token •••")
    assert not any(part in entry.reason + entry.subject for part in secret.split("."))


@pytest.mark.requirement("L03")
def test_one_entry_cannot_pretend_to_be_two(db: None) -> None:
    entry = emit("token.refused", reason="wrong\r\n10:42:58 token.issued\x00\x1b[31m", client_id="a\nb")
    assert entry.reason == "wrong10:42:58 token.issued[31m"
    assert entry.client_id == "ab"


@hypothesis_settings(max_examples=60)
@given(text=st.text(max_size=400), ip=st.sampled_from(["", "203.0.113.7", "2001:db8::1"]))
def test_whatever_a_caller_sends_fits_into_a_row(db: None, text: str, ip: str) -> None:
    caller = Caller(ip=ip, user_agent=text, request_id=text)
    entry = emit(
        "token.refused",
        client_id=text * 3,
        grant_type=text,
        scopes=[text] * 20,
        jti=text,
        reason=text,
        subject=text,
        caller=caller,
    )
    entry.refresh_from_db()
    entry.clean_fields()


def test_an_event_of_a_room_installed_later_is_recorded(db: None) -> None:
    AuditSignal("test.happened", "Only a test says this.")
    try:
        connect_all()
        assert emit("test.happened").event == "test.happened"
    finally:
        del CATALOGUE["test.happened"]


def test_deleting_a_person_is_not_stopped_and_changes_no_entry(person: User, shop: Application) -> None:
    entry = emit("session.started", user_id=person.pk)
    before = OAuthTokenLog.objects.values().get()
    number = person.pk
    person.delete()
    assert OAuthTokenLog.objects.values().get() == before
    assert before["user_id"] == number
    assert OAuthTokenLog.objects.select_related("user").get(pk=entry.pk).user is None
