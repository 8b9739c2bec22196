"""Every answer of the JSON API says how many calls are left, and for whom they are counted."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.endpoints.call import FORM
from custom_scopes_and_policies_app.models import Application
from tests.api.conftest import send, signed_in
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.phone_api.app import assert_problem

pytestmark = [pytest.mark.requirement("feature:F12")]
SESSIONS, PROVIDERS = "/api/auth/sessions/", "/api/auth/social/"


@pytest.fixture(autouse=True)
def early_in_a_minute() -> Iterator[time_machine.Traveller]:
    """So that no test runs over the edge of two windows."""
    with time_machine.travel(time.time() // 60 * 60 + 5, tick=True) as clock:
        yield clock


@pytest.fixture(autouse=True)
def few_calls(settings: Settings) -> None:
    settings.API_CALLS_PER_PERSON_PER_MINUTE = 3
    settings.API_CALLS_PER_APP_PER_MINUTE = 2
    settings.API_CALLS_PER_ADDRESS_PER_MINUTE = 4


def left(answer: Any) -> tuple[str, int]:
    """For whom this answer was counted, and what is left."""
    found = re.fullmatch(r'"([a-z]+)";r=([0-9]+);t=([0-9]+)', answer["RateLimit"])
    assert found is not None, answer["RateLimit"]
    return found[1], int(found[2])


def test_a_person_is_counted_wherever_they_call_from(tokens: dict[str, Any]) -> None:
    token = tokens["access_token"]
    answers = [send("get", SESSIONS, token=token, address=f"203.0.113.{n}") for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [left(answer) for answer in answers] == [
        ("person", 2),
        ("person", 1),
        ("person", 0),
        ("person", 0),
    ]
    assert answers[0]["RateLimit-Policy"] == '"person";q=3;w=60'
    assert_problem(answers[-1], 429, "rate_limited")
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert "Retry-After" not in answers[0]


def test_another_person_has_their_own_calls(tokens: dict[str, Any]) -> None:
    other = signed_in(
        create_person(phone="+97688112255", password=PASSWORD, phone_proven_at=timezone.now()),
        device="cd" * 32,
    )
    for _ in range(4):
        send("get", SESSIONS, token=tokens["access_token"])
    assert left(send("get", SESSIONS, token=other["access_token"])) == ("person", 2)


def test_cookie_and_token_of_a_person_share_their_calls(
    browser_of_somebody: OAuthBrowser, tokens: dict[str, Any]
) -> None:
    assert left(browser_of_somebody.client.get(SESSIONS)) == ("person", 2)
    assert left(send("get", SESSIONS, token=tokens["access_token"])) == ("person", 1)


def test_strangers_are_counted_by_address_whatever_they_say_of_themselves(server: None) -> None:
    for n in range(4):
        assert left(send("get", PROVIDERS, token=f"made-up-{n}")) == ("address", 3 - n)
    assert send("get", PROVIDERS).status_code == 429
    assert send("get", PROVIDERS, address="203.0.113.9").status_code == 200


def test_addresses_of_one_customer_count_as_one(server: None) -> None:
    for n in range(4):
        assert send("get", PROVIDERS, address=f"2001:db8::{n}").status_code == 200
    assert send("get", PROVIDERS, address="2001:db8::ffff:1").status_code == 429


def test_an_app_of_its_own_is_counted_as_that_app(api: tuple[str, str], client: Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": api[0], "client_secret": api[1]}
    Application.objects.filter(client_id=api[0]).update(
        grant_types=["client_credentials"], token_endpoint_auth_method="client_secret_post"
    )
    granted = client.post("/o/token/", urlencode(form), content_type=FORM)
    assert granted.status_code == 200, granted.content
    answer = send("get", SESSIONS, token=granted.json()["access_token"])
    assert left(answer) == ("app", 1)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/api/nowhere/"), ("get", "/api/register/"), ("post", "/api/v1/oauth/token")]
)
def test_refusals_are_counted_and_say_what_is_left(server: None, method: str, path: str) -> None:
    assert left(send(method, path)) == ("address", 3)


def test_the_next_minute_is_open_again(server: None, early_in_a_minute: time_machine.Traveller) -> None:
    assert [send("get", PROVIDERS).status_code for _ in range(5)][-1] == 429
    early_in_a_minute.shift(60)
    assert send("get", PROVIDERS).status_code == 200


@pytest.mark.requirement("R01")
def test_nobody_is_kept_out_because_the_cache_is_away(server: None, settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
        }
    }
    answer = send("get", PROVIDERS, address="203.0.113.77")
    assert (answer.status_code, left(answer)[0]) == (200, "address")


def test_zero_takes_a_limit_away(server: None, settings: Settings) -> None:
    settings.API_CALLS_PER_ADDRESS_PER_MINUTE = 0
    answers = [send("get", PROVIDERS) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]


def test_scripts_of_registered_origins_may_read_what_is_left(app: Application, somebody: User) -> None:
    Application.objects.filter(pk=app.pk).update(allowed_origins="https://notes.example")
    answer = Client().get(PROVIDERS, headers={"Origin": "https://notes.example"})
    assert "RateLimit" in answer["Access-Control-Expose-Headers"]
    assert PHONE not in str(answer.headers)
