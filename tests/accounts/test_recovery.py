"""A recovery that an operator starts: a link for its owner, once; the operator sees neither link nor password."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from mfa_app.models import TotpFactor
from obligations_app.models import OAuthTokenLog
from tests.oauth import PASSWORD, PHONE
from tests.operators import sign_in_operator
from tests.phone_auth.pages import is_signed_in, sign_in

NEW = "eight yellow tractors"
LINK = re.compile(r"http://testserver(/account/recover/[A-Za-z0-9_-]{51}/)")
ADD = "/admin/accounts_app/user/add/"


@pytest.fixture(autouse=True)
def quiet_gateway() -> None:
    memory.clear()


@pytest.fixture
def operator(server: None) -> Client:
    return sign_in_operator(Client())


def _start(operator: Client, person: User, way: str) -> HttpResponse:
    url = reverse("admin:accounts_app_user_act", args=[person.pk, "recovery"])
    return operator.post(url, {"choice": way}, follow=True)  # type: ignore[return-value]


def _links_by_sms(phone: str = PHONE) -> list[str]:
    return [match[1] for sent in memory.delivered if sent.to == phone and (match := LINK.search(sent.text))]


def _links_by_email() -> list[str]:
    return [match[1] for letter in mail.outbox if (match := LINK.search(str(letter.body)))]


@pytest.mark.requirement("F61", "login:F12", "login:F13", "login:F14")
@pytest.mark.parametrize("way", ["phone", "email"])
def test_the_link_sets_a_new_password_once_and_signs_nobody_in(
    operator: Client, somebody: User, way: str
) -> None:
    browser = Client()
    sign_in(browser)
    page = _start(operator, somebody, way).content.decode()
    assert "A link to set a new password is on its way" in page
    assert not is_signed_in(browser)
    assert sign_in(Client()).status_code == 400
    [link] = _links_by_sms() if way == "phone" else _links_by_email()
    assert link not in page
    assert not (_links_by_email() if way == "phone" else _links_by_sms())

    other = Client()
    assert other.get(link).status_code == 200
    assert other.post(link, {"password": "short"}).status_code == 400
    done = other.post(link, {"password": NEW})
    assert (done.status_code, done["Location"].split("?")[0]) == (
        303,
        "/login/" if way == "phone" else "/login/email/",
    )
    assert not is_signed_in(other)
    for answer in (other.get(link), other.post(link, {"password": "quite another horse"})):
        assert answer.status_code == 400
        assert "has been used" in answer.content.decode()
    assert sign_in(Client(), PHONE, NEW).status_code == 303
    reasons = list(OAuthTokenLog.objects.filter(event="password.changed").values_list("reason", flat=True))
    assert reasons == ["recovery started by an operator"]


@pytest.mark.requirement("F61", "L09")
@pytest.mark.parametrize(("way", "told"), [("phone", "email"), ("email", "sms")])
def test_the_person_is_told_on_the_other_channel_too(
    operator: Client, somebody: User, way: str, told: str
) -> None:
    _start(operator, somebody, way)
    notice = OutboundMessage.objects.get(user_id=somebody.pk, template="recovery_started")
    assert notice.channel == told
    texts = [sent.text for sent in memory.delivered] + [str(letter.body) for letter in mail.outbox]
    assert len(texts) == 2
    assert sum(bool(LINK.search(text)) for text in texts) == 1


@pytest.mark.requirement("login:F14", "L03")
def test_neither_the_record_nor_the_administration_keeps_the_link(operator: Client, somebody: User) -> None:
    _start(operator, somebody, "phone")
    token = _links_by_sms()[0].split("/")[-2]
    entry = OAuthTokenLog.objects.get(event="operator.recovery_started")
    assert (entry.reason, entry.user_id) == ("phone", somebody.pk)
    message = OutboundMessage.objects.get(template="recovery")
    assert message.payload_sealed == ""
    pages = [
        reverse("admin:messaging_app_outboundmessage_change", args=[message.pk]),
        reverse("admin:obligations_app_oauthtokenlog_change", args=[entry.pk]),
        reverse("admin:accounts_app_user_change", args=[somebody.pk]),
        reverse("admin:accounts_app_user_history", args=[somebody.pk]),
    ]
    for url in pages:
        assert token not in operator.get(url).content.decode()


@pytest.mark.requirement("login:F14")
def test_a_link_is_good_for_a_day_and_only_the_newest_one_is(operator: Client, somebody: User) -> None:
    _start(operator, somebody, "phone")
    _start(operator, somebody, "phone")
    older, newer = _links_by_sms()
    assert Client().get(older).status_code == 400
    assert Client().get(newer).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Client().post(newer, {"password": NEW}).status_code == 400
    User.objects.filter(pk=somebody.pk).update(is_active=False)
    assert Client().get(newer).status_code == 400
    User.objects.filter(pk=somebody.pk).update(is_active=True, phone="+97688112244")
    assert Client().get(newer).status_code == 400


@pytest.mark.requirement("login:F14")
def test_a_changed_link_is_refused(operator: Client, somebody: User) -> None:
    _start(operator, somebody, "phone")
    [link] = _links_by_sms()
    token = link.split("/")[-2]
    other_end = "BA" if token.endswith("AA") else "AA"
    for wrong in (token[:-1], f"{token}A", f"e{token[1:]}", token[:-2] + other_end, "x", "%00", "ü" * 51):
        answer = Client().get(f"/account/recover/{wrong}/")
        assert answer.status_code in {400, 404}, wrong
        assert PHONE not in answer.content.decode()
    assert Client().get(link).status_code == 200


@pytest.mark.requirement("H08")
def test_second_factors_outlive_a_recovery(operator: Client, somebody: User) -> None:
    TotpFactor.objects.create(user=somebody, secret_sealed="sealed", confirmed_at=timezone.now())
    _start(operator, somebody, "phone")
    [link] = _links_by_sms()
    Client().post(link, {"password": NEW})
    browser = Client()
    assert sign_in(browser, PHONE, NEW)["Location"].startswith("/login/second-factor/")
    assert not is_signed_in(browser)


@pytest.mark.requirement("F61")
def test_whoever_cannot_be_reached_gets_no_recovery_and_the_operator_is_told(
    operator: Client, server: None
) -> None:
    person = User.objects.create(name="Nobody", email="typed@example.com")
    url = reverse("admin:accounts_app_user_act", args=[person.pk, "recovery"])
    answer = operator.get(url, follow=True)
    assert "neither a number nor a verified address" in answer.content.decode()
    assert "neither a number" in _start(operator, person, "email").content.decode()
    assert not OutboundMessage.objects.exists()
    assert not OAuthTokenLog.objects.filter(event="operator.recovery_started").exists()


@pytest.mark.requirement("F61")
def test_the_way_has_to_be_chosen(operator: Client, somebody: User) -> None:
    url = reverse("admin:accounts_app_user_act", args=[somebody.pk, "recovery"])
    for data in ({}, {"choice": "pigeon"}):
        answer = operator.post(url, data)
        assert answer.status_code == 400
        assert "Choose one." in answer.content.decode()
    somebody.refresh_from_db()
    assert somebody.check_password(PASSWORD)


@pytest.mark.requirement("F61")
def test_a_number_that_may_get_no_sms_changes_nothing(
    operator: Client, somebody: User, settings: object
) -> None:
    settings.PHONE_COUNTRIES = ["DE"]  # type: ignore[attr-defined]
    page = _start(operator, somebody, "phone").content.decode()
    assert "SMS" in page
    assert "on its way" not in page
    somebody.refresh_from_db()
    assert somebody.check_password(PASSWORD)
    assert not OAuthTokenLog.objects.filter(event="operator.recovery_started").exists()


@pytest.mark.requirement("F61", "login:F14")
def test_somebody_who_is_added_gets_an_invitation_and_proves_the_number_by_it(operator: Client) -> None:
    answer = operator.post(ADD, {"phone": "9911 2233", "name": "Oyun"}, follow=True)
    person = User.objects.get(name="Oyun")
    assert "on its way to their number" in answer.content.decode()
    assert (person.phone_proven_at, person.has_usable_password()) == (None, False)
    [link] = _links_by_sms()
    assert Client().post(link, {"password": NEW}).status_code == 303
    person.refresh_from_db()
    assert person.phone_proven_at is not None
    assert sign_in(Client(), PHONE, NEW).status_code == 303
    events = OAuthTokenLog.objects.filter(user_id=person.pk).values_list("event", flat=True)
    assert {"operator.person_added", "operator.recovery_started", "phone.first_proven"} <= set(events)
