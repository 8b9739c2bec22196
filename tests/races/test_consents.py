"""Consents that change at the moment tokens are given: nothing taken back stays alive, nothing said is lost."""

from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.consents import give_consent
from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.oauth import OAuthBrowser, exchange, introspect, refresh

__all__ = ["shared_database"]

pytestmark = [pytest.mark.race]

ROUNDS = 5
SCOPE = "openid phone"
WHOLE = {"level-phone": "full"}


def tokens_of(answer: Any) -> dict[str, Any]:
    """What the token endpoint answered: tokens, or an error."""
    return dict(answer.json())


def redeem(code: str) -> dict[str, Any]:
    return tokens_of(exchange(Client(), code))


def renew(token: str) -> dict[str, Any]:
    return tokens_of(refresh(Client(), token))


def lower(browser: OAuthBrowser, app: Application) -> dict[str, Any]:
    """The person allows the last two digits only."""
    fields = {"scope": ["openid", "phone"], "level-phone": "masked"}
    answer = browser.client.post(f"/account/apps/{app.public_id}/change/", fields)
    assert answer.status_code == 303, answer.content.decode()
    return {}


def live_levels() -> list[str]:
    return [family.policies["phone"] for family in RefreshToken.objects.filter(revoked_at__isnull=True)]


def assert_gone(tokens: dict[str, Any], api: tuple[str, str]) -> None:
    """Whatever came of it gives the whole number no more."""
    assert "full" not in in_thread(live_levels)
    if "access_token" in tokens:
        assert in_thread(partial(introspect, Client(), tokens["access_token"], api)) == {"active": False}


@pytest.mark.requirement("K03", "B01")
def test_a_code_redeemed_while_its_level_is_lowered_gives_nothing_that_stays(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], shared_database: None
) -> None:
    browser = browser_of_somebody
    for _round in range(ROUNDS):
        code = in_thread(partial(browser.code, scope=SCOPE, prompt="consent", consent=WHOLE))
        tokens, _ = at_once([partial(redeem, code), partial(lower, browser, app)])
        assert_gone(tokens, api)


@pytest.mark.requirement("K03")
def test_a_refresh_while_its_level_is_lowered_gives_nothing_that_stays(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], shared_database: None
) -> None:
    browser = browser_of_somebody
    for _round in range(ROUNDS):
        tokens = in_thread(partial(browser.tokens, scope=SCOPE, prompt="consent", consent=WHOLE))
        fresh, _ = at_once([partial(renew, tokens["refresh_token"]), partial(lower, browser, app)])
        assert_gone(tokens, api)
        assert_gone(fresh, api)


@pytest.mark.requirement("F51")
def test_two_answers_at_once_are_both_remembered(
    somebody: User, app: Application, shared_database: None
) -> None:
    names = ("openid", "read", "write", "address")

    def allow(name: str) -> None:
        give_consent(user=somebody, client=app, granted={name: ""}, declined=(), caller=Caller())

    for _round in range(ROUNDS):
        in_thread(lambda: Consent.objects.all().delete())
        at_once([partial(allow, name) for name in names])
        assert set(in_thread(lambda: Consent.objects.get().scopes)) == set(names)
