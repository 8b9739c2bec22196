"""My data: everything that is held, and no secret; with a fresh sign-in, recorded, told, and not too often."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from obligations_app.models import OAuthTokenLog
from social_login_app.models import SocialIdentity
from tests.mfa import pages as mfa
from tests.oauth import OAuthBrowser
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("F28", "L03")

PAGE, API = "/account/export/", "/api/auth/export/"
# Columns that hold something which opens, or would help to open, an account.
SECRET = (
    "hash",
    "sealed",
    "seed",
    "secret",
    "password",
    "credential_id",
    "public_key",
    "challenge",
    "binding",
    "jti",
)


def downloaded(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in answer["Cache-Control"]
    return dict(json.loads(b"".join(answer.streaming_content)))


@pytest.fixture
def rich(browser_of_somebody: OAuthBrowser, somebody: User, app: object) -> OAuthBrowser:
    """Somebody of whom every room holds something."""
    client = browser_of_somebody.client
    somebody.nickname = "Oyuka"
    somebody.save()
    mfa.add_app(client, "my authenticator")
    mfa.add_passkey(client, name="my laptop")
    mfa.make_backup_codes(client)
    SocialIdentity.objects.create(user=somebody, issuer="https://acme.example", subject="a-1", label="o@acme")
    browser_of_somebody.tokens(scope="openid offline_access")
    return browser_of_somebody


def test_everything_that_rooms_hold_is_in_it_and_no_secret(rich: OAuthBrowser, somebody: User) -> None:
    data = downloaded(rich.client.post(PAGE))
    assert data["subject"] == str(somebody.sub)
    assert data["account"]["phone_number"] == "+97699112233"
    assert data["account"]["email"] == "oyun@example.com"
    assert data["profile"]["nickname"] == "Oyuka"
    assert {factor["name"] for factor in data["second_factors"]} == {"my authenticator", "my laptop"}
    assert data["connected_sign_ins"][0]["subject"] == "a-1"
    assert data["consents"][0]["app"] == data["tokens"][0]["app"] == "Notes"
    assert len(data["devices"]) == 1
    assert data["sessions"]
    assert {"second_factor", "app_authorized"} <= {message["template"] for message in data["messages"]}
    assert "o•••@example.com" in {message["recipient_masked"] for message in data["messages"]}
    assert {"session.started", "factor.added"} <= {entry["event"] for entry in data["activity"]}
    text = json.dumps(data)
    secrets = [secret for secret in _secrets() if secret in text]
    assert secrets == []


def test_it_is_recorded_told_and_the_same_by_json(rich: OAuthBrowser, somebody: User) -> None:
    page = rich.client.get(PAGE)
    assert page.status_code == 200
    assert_is_sound(read(page))
    before = len(mail.outbox)
    assert not OAuthTokenLog.objects.filter(event="person.exported").exists()
    first = downloaded(rich.client.post(PAGE))
    (letter,) = mail.outbox[before:]
    assert "was downloaded" in letter.subject
    assert "http://testserver/account/sessions/" in str(letter.body)
    assert OAuthTokenLog.objects.get(event="person.exported").user_id == somebody.pk
    assert set(downloaded(rich.client.post(API))) == set(first)


def test_a_sign_in_of_long_ago_and_a_stranger_get_nothing(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    client = browser_of_somebody.client
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = client.post(PAGE)
        assert (answer.status_code, answer["Location"]) == (
            303,
            "/login/?next=%2Faccount%2Fexport%2F&prompt=login",
        )
        refused = client.post(API)
        assert (refused.status_code, refused.json()["code"]) == (403, "fresh_login_required")
    assert Client().post(API).status_code == 401
    assert Client().post(PAGE)["Location"].startswith("/login/")
    assert client.get(API).status_code == 405
    assert not OAuthTokenLog.objects.filter(event="person.exported").exists()


@pytest.mark.usefixtures("standing_still")
def test_more_often_than_allowed_it_says_when_to_come_back(
    browser_of_somebody: OAuthBrowser, settings: Any
) -> None:
    settings.EXPORTS_PER_DAY = 1
    downloaded(browser_of_somebody.client.post(PAGE))
    page = browser_of_somebody.client.post(PAGE)
    answer = browser_of_somebody.client.post(API)
    assert (page.status_code, answer.status_code) == (429, 429)
    assert answer.json()["code"] == "too_many_attempts"
    assert int(page["Retry-After"]) > 0


def _secrets() -> set[str]:
    """What stands in the database in columns of secrets, as text."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if any(word in field.name for word in SECRET) and not isinstance(field, models.DateTimeField):
                values = model._default_manager.values_list(field.name, flat=True)
                found |= {_as_text(value) for value in values if value not in (None, "", True, False, [], {})}
    return {secret for secret in found if len(secret) > 8}


def _as_text(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
