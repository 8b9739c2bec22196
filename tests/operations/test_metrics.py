"""/metrics: for whom the operator let in, right in what it counts, and silent about people and apps."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from auth_server_django.metrics import asked, exposition
from custom_scopes_and_policies_app.signals import token_issued
from messaging_app.models import OutboundMessage
from messaging_app.services import queue_sms
from tests.oauth import CALLBACK, PHONE, OAuthBrowser, post, refresh

TOKEN = "only-for-the-monitoring"


@pytest.fixture(autouse=True)
def open_to_monitoring(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    exposition._asked._asked_at = float("-inf")


def scrape() -> str:
    answer = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    return answer.content.decode()


def figure(text: str, name: str, **labels: str) -> float:
    """The sum of the samples of that name that have these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.requirement("F74")
def test_nobody_else_sees_anything(server: None, settings: Settings) -> None:
    strangers = [
        Client(),
        Client(headers={"Authorization": "Bearer wrong"}),
        Client(headers={"Authorization": f"Basic {TOKEN}"}),
        Client(HTTP_X_FORWARDED_FOR="10.1.1.1"),
    ]
    settings.METRICS_NETWORKS = ["10.1.0.0/16"]
    for client in strangers:
        answer = client.get("/metrics")
        assert answer.status_code == 404
        assert "auth_http" not in answer.content.decode()
    assert Client(REMOTE_ADDR="10.1.1.1").get("/metrics").status_code == 200
    settings.METRICS_TOKEN = ""
    assert Client(headers={"Authorization": "Bearer "}).get("/metrics").status_code == 404


@pytest.mark.requirement("F74")
def test_tokens_are_counted_by_grant_and_outcome(browser_of_somebody: OAuthBrowser, app: object) -> None:
    def issued(event: str, grant: str, outcome: str = "success") -> float:
        return figure(scrape(), "auth_events_total", event=event, grant_type=grant, outcome=outcome)

    before = issued("token.issued", "authorization_code")
    refreshed = issued("token.refreshed", "refresh_token")
    tokens = browser_of_somebody.tokens(scope="openid offline_access")
    refresh(Client(), tokens["refresh_token"])
    assert issued("token.issued", "authorization_code") == before + 1
    assert issued("token.refreshed", "refresh_token") == refreshed + 1
    odd = issued("token.refused", "other", "refused")
    post(Client(), "/o/token/", client_id="notes", grant_type="made-up-by-a-stranger")
    assert issued("token.refused", "other", "refused") == odd + 1
    assert "made-up" not in scrape()


@pytest.mark.requirement("F74")
def test_what_was_rolled_back_is_not_counted(server: None) -> None:
    before = figure(scrape(), "auth_events_total", event="token.issued")
    with transaction.atomic():
        token_issued.emit(client_id="x", grant_type="client_credentials")
        transaction.set_rollback(True)
    assert figure(scrape(), "auth_events_total", event="token.issued") == before


@pytest.mark.requirement("F74")
def test_requests_are_counted_by_pattern_and_strangers_invent_no_labels(server: None) -> None:
    before = figure(scrape(), "auth_http_requests_total", route="none", status="404")
    for number in range(3):
        Client().get(f"/nowhere-{number}-{PHONE}/")
    Client().generic("BREW", "/login/")
    text = scrape()
    assert figure(text, "auth_http_requests_total", route="none", status="404") == before + 3
    assert figure(text, "auth_http_requests_total", method="other") > 0
    assert "nowhere" not in text
    assert "BREW" not in text
    assert figure(text, "auth_sql_seconds_count") > 0


@pytest.mark.requirement("F74", "L03")
def test_no_label_names_a_person_or_an_app(browser_of_somebody: OAuthBrowser, app: object) -> None:
    tokens = browser_of_somebody.tokens()
    text = scrape()
    for secret in (PHONE, PHONE[4:], "oyun", "notes", CALLBACK, tokens["access_token"]):
        assert secret not in text
    labels = {name for line in text.splitlines() for name in re.findall(r'[{,](\w+)="', line)}
    assert labels <= {
        "method", "route", "status", "le", "event", "grant_type", "outcome", "kind", "channel", "algorithm", "part",
        "implementation", "major", "minor", "patchlevel", "version", "generation",
    }  # fmt: skip


@pytest.mark.requirement("F74")
@pytest.mark.usefixtures("standing_still")
def test_the_outbox_and_the_keys_are_asked_at_the_scrape(server: None, settings: Settings) -> None:
    settings.MESSAGING_DELIVERY = "celery"
    for number in range(2):
        queue_sms(to=PHONE, template="otp", context={"code": "1", "purpose": "signup"}, purpose=f"p.{number}",
                  language="en")  # fmt: skip
    OutboundMessage.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    text = scrape()
    assert figure(text, "auth_outbox_depth", channel="sms", status="queued") == 2
    assert figure(text, "auth_outbox_depth", channel="email") == 0
    assert 299 < figure(text, "auth_outbox_oldest_seconds", channel="sms") < 330
    assert figure(text, "auth_sms_last_hour", status="queued") == 2
    assert figure(text, "auth_scrape_ok") == len(asked.PARTS)
    assert 'auth_signing_key_age_seconds{algorithm="RS256"}' in text
    OutboundMessage.objects.all().delete()
    assert figure(scrape(), "auth_outbox_depth", status="queued") == 2, "asked again after some seconds only"
