"""The table of duties: whole, readable, changed by settings and by operators, and refused in words when impossible."""

import re
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts_app.models import User
from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application
from messaging_app.afterwards import do_what_waits
from messaging_app.models import OutboundMessage
from obligations_app.duties import in_force
from obligations_app.duties.changes import ImpossibleDuty, parse_changes
from obligations_app.duties.choices import Audience, Channels
from obligations_app.duties.duty import Duty
from obligations_app.duties.models import DutyRule
from obligations_app.duties.table import BY_NAME, TABLE
from obligations_app.models import OAuthTokenLog
from tests.obligations.conftest import CALLER, FAMILY, SID
from tests.operators import sign_in_as

Commit = DjangoCaptureOnCommitCallbacks
pytestmark = pytest.mark.requirement("F62")
ADD = "admin:obligations_app_dutyrule_add"
LIST = "admin:obligations_app_dutyrule_changelist"
CHANGE = "admin:obligations_app_dutyrule_change"
DELETE = "admin:obligations_app_dutyrule_delete"
# Rooms that write letters themselves, for the duties of the table that say so.
TELLS = re.compile(r"\btell_by_(?:email|sms)\(|\b_write_to_operators\(")


def authorize(person: User) -> None:
    CATALOGUE["app.authorized"].emit(user_id=person.pk, client_id="shop-1", subject="Shop", caller=CALLER)


@pytest.mark.parametrize("duty", TABLE, ids=lambda duty: duty.name)
def test_every_duty_is_about_a_declared_event_and_has_its_words(duty: Duty) -> None:
    assert duty.event in CATALOGUE
    for kind in ("subject.txt", "email.txt", "email.html"):
        get_template(f"messages/{duty.template}.{kind}")
    if duty.channels != Channels.EMAIL:
        get_template(f"messages/{duty.template}.sms.txt")
    assert duty.channels == Channels.EMAIL or duty.audience == Audience.PERSON
    assert BY_NAME[duty.name] is duty, "one row for each event and audience"


def test_the_table_names_every_room_that_writes_letters_itself() -> None:
    root = Path(django_settings.BASE_DIR)
    rooms = {path.relative_to(root).parts[0] for path in root.glob("*_app/**/*.py") if _writes_letters(path)}
    told_by = {duty.told_by for duty in TABLE if duty.told_by}
    assert rooms - {"obligations_app"} == told_by
    for duty in TABLE:
        if duty.told_by and duty.told_by != "messaging_app":
            words = (path.read_text(encoding="utf-8") for path in (root / duty.told_by).rglob("*.py"))
            assert any(f'"{duty.template}"' in text for text in words)


def _writes_letters(path: Path) -> bool:
    """Calls one of the functions that queue a notice; where they are defined does not count."""
    calls = TELLS.findall(re.sub(r"\bdef \w+\(", "", path.read_text(encoding="utf-8")))
    return bool(calls)


def test_settings_change_the_table(person: User, shop: Application, settings: Settings) -> None:
    settings.DUTIES = "app.authorized=off; client.created/operators=on"
    settings.OPERATOR_EMAILS = ["ops@example.com"]
    authorize(person)
    CATALOGUE["client.created"].emit(client_id="shop-1", user_id=person.pk)
    assert [message.template for message in OutboundMessage.objects.all()] == ["operators"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no.such=off", "no duty “no.such/person”"),
        ("device.new/nobody=off", "no duty “device.new/nobody”"),
        ("device.new", "is not event/audience=what"),
        ("device.new=", "is not event/audience=what"),
        ("device.new=loudly", "none of on, off"),
        ("device.new=3/year", "none of on, off"),
        ("device.new=0/hour", "Choose a number from 1"),
        ("device.new=email_and_sms", "no words for an SMS"),
        ("session.reported/operators=email_and_sms", "Only people get SMS"),
        ("phone.changed=off", "cannot be changed"),
    ],
)
def test_settings_that_cannot_be_carried_out_are_refused_in_words(
    settings: Settings, text: str, words: str
) -> None:
    with pytest.raises(ImpossibleDuty, match=re.escape(words)):
        parse_changes(text)
    settings.DUTIES = text
    with pytest.raises(CommandError, match=re.escape(words)):
        call_command("check")


@pytest.mark.parametrize(
    ("name", "value"),
    [("TOKEN_NOTICE", "sometimes"), ("NOTICES_PER_PERSON_DAY", 0), ("NOTICES_PER_HOUR", -1)],
)
def test_other_settings_are_checked_too(settings: Settings, name: str, value: object) -> None:
    setattr(settings, name, value)
    with pytest.raises(CommandError, match=name):
        call_command("check")


@pytest.mark.requirement("F61")
def test_the_admin_shows_the_whole_table(operator: Client) -> None:
    page = operator.get(reverse(LIST)).content.decode()
    for duty in TABLE:
        assert duty.event in page
        assert duty.template in page
    assert "always told" in page
    assert "phone.changed%2Fperson" not in page
    assert "device.new%2Fperson" in page


def test_an_operator_switches_a_duty_off_and_on_and_the_record_says_so(
    operator: Client, person: User, shop: Application, django_capture_on_commit_callbacks: Commit
) -> None:
    authorize(person)
    with django_capture_on_commit_callbacks(execute=True):
        saved = operator.post(reverse(ADD), {"duty": "app.authorized/person", "per": "hour"})
    assert saved.status_code == 302
    authorize(person)
    assert OutboundMessage.objects.count() == 1, "told before, not after"
    entry = OAuthTokenLog.objects.get(event="duty.changed")
    assert (entry.subject, entry.reason) == ("app.authorized/person", "off")
    rule = DutyRule.objects.get()
    assert "changed here" in operator.get(reverse(LIST)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        operator.post(reverse(DELETE, args=[rule.pk]), {"post": "yes"})
    authorize(person)
    assert OutboundMessage.objects.count() == 2
    assert OAuthTokenLog.objects.filter(event="duty.changed", reason="as usual").count() == 1


def test_a_change_by_another_server_counts_within_a_second(
    person: User, shop: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorize(person)
    DutyRule.objects.create(event="app.authorized", audience="person", is_on=False)
    a_second_later = in_force._known[0] + 0.001
    monkeypatch.setattr(time, "monotonic", lambda: a_second_later)
    authorize(person)
    assert OutboundMessage.objects.count() == 1
    assert in_force.CACHE_SECONDS <= 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"duty": "phone.changed/person"}, "Select a valid choice"),
        ({"duty": "no.such/person"}, "Select a valid choice"),
        ({"duty": ""}, "This field is required"),
        ({"duty": "device.new/person", "is_on": "on", "channels": "email_and_sms"}, "no words for an SMS"),
        (
            {"duty": "session.reported/operators", "is_on": "on", "channels": "email_else_sms"},
            "Only people get",
        ),
        ({"duty": "device.new/person", "is_on": "on", "at_most": "0"}, "Choose a number from 1"),
        ({"duty": "device.new/person", "is_on": "on", "at_most": "many"}, "Enter a whole number"),
        ({"duty": "account.locked/person"}, "There is a rule for this already"),
    ],
)
def test_the_admin_refuses_what_cannot_be_carried_out_in_words(
    operator: Client, fields: dict[str, str], words: str
) -> None:
    DutyRule.objects.create(event="account.locked", audience="person", is_on=False)
    answer = operator.post(reverse(ADD), {"per": "hour", **fields})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert DutyRule.objects.count() == 1
    assert not OAuthTokenLog.objects.filter(event="duty.changed").exists()


def test_the_form_of_a_duty_begins_with_what_is_in_force(operator: Client) -> None:
    page = operator.get(reverse(ADD), {"duty": "device.new/person"}).content.decode()
    assert 'value="device.new/person" selected' in page
    assert operator.get(reverse(ADD), {"duty": "<script>"}).status_code == 200


@pytest.mark.requirement("L05")
def test_whoever_lacks_the_permission_changes_nothing(client: Client, db: None) -> None:
    sign_in_as(client, User.objects.create(phone="+97688445566", is_staff=True))
    assert client.post(reverse(ADD), {"duty": "device.new/person", "per": "hour"}).status_code == 403
    assert client.get(reverse(LIST)).status_code == 403
    assert not DutyRule.objects.exists()


def test_an_operator_may_have_a_lock_told_by_sms_to_a_proven_number_only(
    person: User, shop: Application, settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    settings.DUTIES = "account.locked=email_and_sms"
    CATALOGUE["account.locked"].emit(user_id=person.pk, subject="+976••••••33", reason="account")
    do_what_waits()
    assert [message.channel for message in OutboundMessage.objects.all()] == ["email"]
    User.objects.filter(pk=person.pk).update(phone_proven_at=timezone.now())
    settings.DUTIES = "account.locked=email_and_sms,5/hour"
    CATALOGUE["account.locked"].emit(user_id=person.pk, subject="+976••••••33", reason="account")
    do_what_waits()
    assert sorted(message.channel for message in OutboundMessage.objects.all()) == ["email", "email", "sms"]


def test_operators_are_told_that_a_sign_in_was_reported(
    person: User, settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    settings.OPERATOR_EMAILS = ["ops@example.com", "night@example.com"]
    with django_capture_on_commit_callbacks(execute=True):
        CATALOGUE["session.reported"].emit(user_id=person.pk, sid=SID, subject="Firefox", caller=CALLER)
    assert [letter.to for letter in mail.outbox] == [["ops@example.com"], ["night@example.com"]]
    letter = mail.outbox[0]
    assert "a sign-in was reported" in letter.subject
    entry = OAuthTokenLog.objects.get()
    assert f"http://testserver/admin/obligations_app/oauthtokenlog/{entry.pk}/change/" in letter.body
    assert "bat@example.com" not in letter.body


def test_without_addresses_superusers_or_the_named_group_are_told(person: User, settings: Settings) -> None:
    boss = User.objects.create(
        phone="+97688000001", is_superuser=True, email="boss@example.com", email_verified_at=timezone.now()
    )
    User.objects.create(phone="+97688000002", is_superuser=True, email="typed@example.com")
    CATALOGUE["session.reported"].emit(user_id=person.pk, sid=SID)
    assert [message.user_id for message in OutboundMessage.objects.all()] == [boss.pk]
    settings.OPERATOR_GROUP = "nobody is in it"
    CATALOGUE["session.reported"].emit(user_id=person.pk, sid=SID)
    assert OutboundMessage.objects.count() == 1


def test_the_contact_of_an_app_is_told_else_the_account_that_owns_it(
    person: User, shop: Application, django_capture_on_commit_callbacks: Commit
) -> None:
    CATALOGUE["client.secret_added"].emit(client_id="shop-1", subject="abcd")
    assert not OutboundMessage.objects.exists(), "there is nobody to write to"
    Application.objects.filter(pk=shop.pk).update(user=person)
    with django_capture_on_commit_callbacks(execute=True):
        CATALOGUE["client.secret_added"].emit(client_id="shop-1", subject="abcd", caller=CALLER)
    Application.objects.filter(pk=shop.pk).update(contact_email="dev@shop.example")
    with django_capture_on_commit_callbacks(execute=True):
        CATALOGUE["code.replayed"].emit(
            client_id="shop-1", user_id=person.pk, family=FAMILY, outcome="refused"
        )
    assert [letter.to for letter in mail.outbox] == [["bat@example.com"], ["dev@shop.example"]]
    secret, replay = mail.outbox
    assert "A new secret was made for your app The <Shop> (shop-1)" in secret.body
    assert "presented twice" in replay.body
    for letter in mail.outbox:
        assert "203.0.113.7" not in letter.body
        assert "The &lt;Shop&gt;" in str(letter.alternatives[0][0])  # type: ignore[attr-defined]
