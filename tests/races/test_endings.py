"""What ends tokens, at the moment they are given: nothing that was ended stays alive, and nobody gets an error page."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts_app.models import User
from accounts_app.services import deactivate, reactivate, save_new_password, with_new_password
from accounts_app.signals import password_changed
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction
from custom_scopes_and_policies_app.client_changes import disable_client, enable_client
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application, RefreshToken
from sessions_app.login import complete_for_app
from sessions_app.models import SsoSession
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.oauth import OAuthBrowser, exchange

__all__ = ["shared_database"]

pytestmark = [pytest.mark.race]

ROUNDS = 5
CROWD = 4
SCOPE = "openid phone"


def redeem(code: str) -> int:
    """503 is for a client that tries again: the database may choose it as the one who starts anew."""
    status: int = exchange(Client(), code).status_code
    assert status in {200, 400, 401, 503}
    return status


def live_families() -> int:
    return RefreshToken.objects.filter(revoked_at__isnull=True).count()


def codes_of(browser: OAuthBrowser) -> list[str]:
    return [browser.code(scope=SCOPE) for _each in range(CROWD)]


@pytest.mark.requirement("B11", "R09")
def test_switching_an_app_off_beside_redemptions_leaves_no_live_family(
    browser_of_somebody: OAuthBrowser, app: Application, shared_database: None
) -> None:
    for _round in range(ROUNDS):
        codes = in_thread(partial(codes_of, browser_of_somebody))
        switch = partial(disable_client, client=app, actor_id=None, caller=None)
        works: list[Callable[[], Any]] = [*(partial(redeem, code) for code in codes), switch]
        assert at_once(works)[-1] is True
        assert in_thread(live_families) == 0
        in_thread(partial(enable_client, client=app, actor_id=None, caller=None))
        in_thread(forget_cached_clients)


@pytest.mark.requirement("I04", "R09")
def test_shutting_an_account_beside_redemptions_leaves_nothing_alive(
    browser_of_somebody: OAuthBrowser, somebody: User, app: Application, shared_database: None
) -> None:
    codes = in_thread(partial(codes_of, browser_of_somebody))
    shut: Callable[[], Any] = partial(deactivate, user=somebody)
    works: list[Callable[[], Any]] = [*(partial(redeem, code) for code in codes), shut]
    assert at_once(works)[-1] is True
    assert in_thread(live_families) == 0
    assert in_thread(SsoSession.objects.filter(ended_at__isnull=True).count) == 0


@pytest.mark.requirement("K03", "R09")
def test_taking_access_back_beside_authorization_and_redemption_leaves_nothing_alive(
    browser_of_somebody: OAuthBrowser, app: Application, shared_database: None
) -> None:
    browser = browser_of_somebody

    def ask_again() -> str:
        """A second tab of the app, while consent is remembered; "" once it is not any more."""
        location = browser.authorize(scope=SCOPE)["Location"]
        return str(location.partition("code=")[2].partition("&")[0])

    def take_back() -> None:
        assert browser.client.post(f"/account/apps/{app.public_id}/disconnect/").status_code == 303

    for _round in range(ROUNDS):
        code = in_thread(partial(browser.code, scope=SCOPE))
        works: list[Callable[[], Any]] = [ask_again, partial(redeem, code), take_back]
        late = at_once(works)[0]
        assert not late or in_thread(partial(redeem, late)) != 200
        assert in_thread(live_families) == 0


@pytest.mark.requirement("C13", "I04", "R09")
@pytest.mark.parametrize("kind", ["new password", "shut"])
def test_signing_in_with_the_old_proof_beside_a_change_leaves_nothing_alive(
    somebody: User, shared_database: None, kind: str
) -> None:
    in_thread(ensure_first_party_client)
    caller = Caller()

    def sign_in(number: int, person: User) -> dict[str, Any]:
        try:
            return complete_for_app(user=person, methods=["pwd"], binding=f"{number:064x}", caller=caller)
        except AppError:
            return {}

    def set_new_password(person: User) -> None:
        def save() -> None:
            assert save_new_password(user=person)
            password_changed.emit(user_id=person.pk, reason="reset by SMS", caller=caller)

        run_in_transaction(save)

    change: Callable[[], Any]
    for number in range(ROUNDS):
        person = in_thread(partial(User.objects.get, pk=somebody.pk))
        if kind == "shut":
            change = partial(deactivate, user=User(pk=somebody.pk, sub=somebody.sub))
        else:
            other = in_thread(partial(User.objects.get, pk=somebody.pk))
            change = partial(
                set_new_password, with_new_password(user=other, password=f"{number} green bicycles")
            )
        at_once([*(partial(sign_in, CROWD * number + each, person) for each in range(CROWD)), change])
        assert in_thread(live_families) == 0
        assert in_thread(SsoSession.objects.filter(ended_at__isnull=True).count) == 0
        in_thread(partial(reactivate, user=User(pk=somebody.pk, sub=somebody.sub)))
