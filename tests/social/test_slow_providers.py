"""A provider that is slow, away or odd: people wait a bounded time and are told what to do."""

import time
from typing import Any

import pytest

from accounts_app.models import User
from tests.social.conftest import CLICK, Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer
from tests.social.loopback import PATIENCE, Asked, Reply, serving

METADATA = "/.well-known/openid-configuration"
pytestmark = [pytest.mark.requirement("F27")]


def assert_not_now(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "Acme cannot be reached right now." in answer.content.decode()
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, {}),
        Reply(503, "down"),
        Reply(200, "no JSON"),
        Reply(404, {}),
        Reply(200, "x" * 300_000),
        Reply(200, '"\\ud800' * 3),
    ],
)
@pytest.mark.parametrize("path", [METADATA, "/jwks", "/userinfo"])
def test_an_answer_that_cannot_be_used_is_said_to_be_for_later(
    acme: FakeIssuer, browser: Browser, path: str, reply: Reply
) -> None:
    acme.instead[path] = reply
    answer = browser.client.get("/login/social/acme/", headers=CLICK)
    if path != METADATA:
        answer = browser.come_back("acme", acme.approve(answer["Location"], "a1"))
    assert_not_now(answer)


@pytest.mark.parametrize("path", [METADATA, "/token", "/jwks", "/userinfo"])
def test_a_redirect_is_not_followed(acme: FakeIssuer, browser: Browser, path: str) -> None:
    inside: list[Asked] = []

    def answers(asked: Asked) -> Reply:
        inside.append(asked)
        return Reply(200, {})

    with serving(answers) as url:
        acme.instead[path] = Reply(307, {}, {"Location": f"{url}/secrets"})
        answer = browser.client.get("/login/social/acme/", headers=CLICK)
        if path != METADATA:
            answer = browser.come_back("acme", acme.approve(answer["Location"], "a1"))
    assert answer.status_code in {400, 503}
    assert inside == []
    assert User.objects.count() == 0


@pytest.mark.parametrize("path", [METADATA, "/token"])
def test_nobody_waits_longer_than_the_setting_says(
    acme: FakeIssuer, browser: Browser, settings: Any, path: str
) -> None:
    settings.SOCIAL_HTTP_SECONDS = 1.5
    acme.instead[path] = None
    started = time.monotonic()
    answer = browser.client.get("/login/social/acme/", headers=CLICK)
    if path != METADATA:
        answer = browser.come_back("acme", acme.approve(answer["Location"], "a1"))
    assert time.monotonic() - started < PATIENCE / 2, "the provider would have gone on for much longer"
    assert_not_now(answer)


def test_a_provider_that_is_away_is_said_to_be(
    set_providers: SetProviders, server: None, browser: Browser
) -> None:
    with serving(lambda asked: None) as url:
        gone = FakeIssuer(url=url)
    set_providers(of_issuer(gone))
    assert_not_now(browser.client.get("/login/social/acme/", headers=CLICK))


def test_who_was_let_down_may_start_again(acme: FakeIssuer, browser: Browser) -> None:
    acme.instead[METADATA] = Reply(500, {})
    assert_not_now(browser.client.get("/login/social/acme/", headers=CLICK))
    acme.instead.clear()
    assert browser.sign_in("acme", acme, "a1").status_code == 303


@pytest.mark.usefixtures("standing_still")
def test_one_address_cannot_begin_without_end(acme: FakeIssuer, browser: Browser, settings: Any) -> None:
    settings.SOCIAL_STARTS_PER_IP_PER_MINUTE = 2
    statuses = [browser.client.get("/login/social/acme/", headers=CLICK).status_code for _ in range(5)]
    assert statuses[:2] == [303, 303]
    assert 429 in statuses
