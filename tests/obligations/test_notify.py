"""The duty to tell: who gets a letter, once, in their language and time, and only if the change happened."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts_app.models import User
from core_app.events import CATALOGUE, REFUSED
from custom_scopes_and_policies_app.models import Application
from messaging_app.models import OutboundMessage
from obligations_app.duties.table import EVENTS
from tests.obligations.conftest import CALLER, FAMILY, PHONE, SID

Commit = DjangoCaptureOnCommitCallbacks
pytestmark = pytest.mark.requirement("F62")


@pytest.fixture(autouse=True)
def inline(settings: Settings) -> None:
    settings.MESSAGING_DELIVERY = "inline"


def authorize(person: User) -> None:
    with transaction.atomic():
        CATALOGUE["app.authorized"].emit(user_id=person.pk, client_id="shop-1", subject="Shop", caller=CALLER)


def reuse(person: User) -> None:
    with transaction.atomic():
        CATALOGUE["refresh.reused"].emit(
            user_id=person.pk, client_id="shop-1", sid=SID, family=FAMILY, outcome=REFUSED, caller=CALLER
        )


def test_a_person_is_told_that_an_app_may_use_the_account(
    person: User, shop: Application, django_capture_on_commit_callbacks: Commit
) -> None:
    moment = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    with time_machine.travel(moment, tick=False), django_capture_on_commit_callbacks(execute=True):
        authorize(person)
    (letter,) = mail.outbox
    assert letter.to == ["bat@example.com"]
    assert "The <Shop>" in letter.subject
    assert "Nov. 21, 2026, 10:30 a.m. UTC" in letter.body
    assert "203.0.113.7" in letter.body
    assert "http://testserver/account/" in letter.body
    assert PHONE not in letter.body
    html = str(letter.alternatives[0][0])  # type: ignore[attr-defined]
    assert "The &lt;Shop&gt;" in html
    assert "<Shop>" not in html
    assert 'href="http://testserver/account/"' in html


def test_an_address_that_nobody_has_proven_is_told_nothing(person: User, shop: Application) -> None:
    person.email_verified_at = None
    person.save()
    authorize(person)
    reuse(person)
    assert not OutboundMessage.objects.exists()


@pytest.mark.requirement("C02", "L09")
def test_a_person_is_told_that_a_refresh_token_was_copied(
    person: User, shop: Application, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reuse(person)
        reuse(person)
    (letter,) = mail.outbox
    assert "signed you out of The <Shop>" in letter.subject
    assert "203.0.113.7" in letter.body
    assert str(FAMILY) not in letter.body


def test_the_letter_is_kept_in_the_outbox_under_one_key(person: User, shop: Application) -> None:
    reuse(person)
    message = OutboundMessage.objects.get()
    assert (message.channel, message.user_id) == ("email", person.pk)
    assert message.idempotency_key == f"notice:refresh.reused:{FAMILY}"
    assert "bat@example.com" not in message.recipient_masked


def test_two_authorizations_are_two_letters(person: User, shop: Application) -> None:
    authorize(person)
    authorize(person)
    assert OutboundMessage.objects.count() == 2


def test_a_change_that_is_rolled_back_tells_nobody(person: User, shop: Application) -> None:
    with transaction.atomic():
        authorize(person)
        transaction.set_rollback(True)
    assert not OutboundMessage.objects.exists()


def test_without_an_address_there_is_no_letter_and_no_sms(person: User, shop: Application) -> None:
    User.objects.filter(pk=person.pk).update(email="")
    authorize(person)
    reuse(person)
    assert not OutboundMessage.objects.exists()


def test_other_events_tell_nobody(person: User, shop: Application) -> None:
    for name in CATALOGUE.keys() - EVENTS:
        CATALOGUE[name].emit(user_id=person.pk, client_id="shop-1")
    assert not OutboundMessage.objects.exists()


def test_an_event_about_nobody_or_somebody_gone_tells_nobody(person: User, shop: Application) -> None:
    CATALOGUE["refresh.reused"].emit(client_id="shop-1")
    gone = person.pk
    person.delete()
    CATALOGUE["refresh.reused"].emit(client_id="shop-1", user_id=gone)
    assert not OutboundMessage.objects.exists()


def test_the_letter_speaks_the_persons_language_and_time(
    person: User, shop: Application, django_capture_on_commit_callbacks: Commit
) -> None:
    User.objects.filter(pk=person.pk).update(locale="uk-UA", zoneinfo="Asia/Ulaanbaatar")
    moment = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    with time_machine.travel(moment, tick=False), django_capture_on_commit_callbacks(execute=True):
        authorize(person)
    (letter,) = mail.outbox
    assert OutboundMessage.objects.get().language == "uk"
    assert "18:30 +08" in letter.body
    assert "листопада" in letter.body


@pytest.mark.parametrize("zone", ["Nowhere/Here", "../etc/passwd", "\x00", "Asia"])
def test_an_odd_time_zone_does_not_matter(person: User, shop: Application, zone: str) -> None:
    User.objects.filter(pk=person.pk).update(zoneinfo=zone.replace("\x00", ""), locale="xx-YY")
    authorize(person)
    assert OutboundMessage.objects.count() == 1


def test_an_app_that_is_gone_is_named_by_its_id(
    person: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        authorize(person)
    assert "shop-1" in mail.outbox[0].subject
