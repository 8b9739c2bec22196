"""A token family under any order of honest and dishonest use: what the server does is what a ten-line model says."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import RefreshToken
from jwt_app import refresh_tokens
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser, introspect, post, refresh

SCOPES = "openid profile offline_access"
GRACE = 10
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class FamilyMachine(RuleBasedStateMachine):
    """`texts` holds every refresh token the family ever had, by generation; the last one is current."""

    def __init__(self, api: tuple[str, str]) -> None:
        super().__init__()
        self.api = api
        self.clock = time_machine.travel(START, tick=False)
        self.time = self.clock.start()
        browser = OAuthBrowser(Client())
        browser.sign_in(PHONE, PASSWORD)
        self.texts = [browser.tokens(scope=SCOPES)["refresh_token"]]
        self.family = RefreshToken.objects.get(pk=refresh_tokens.parse(self.texts[0]).family)
        self.is_alive = True
        self.rotated_at: datetime | None = None

    def teardown(self) -> None:
        self.clock.stop()

    def later(self, seconds: int = 1) -> None:
        self.time.shift(timedelta(seconds=seconds))

    def is_in_grace(self) -> bool:
        return self.rotated_at is not None and datetime.now(UTC) - self.rotated_at <= timedelta(seconds=GRACE)

    def assert_refused(self, token: str, error: str = "invalid_grant", **changes: str) -> None:
        answer = refresh(Client(), token, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert "access_token" not in answer.json()

    @rule(seconds=st.integers(min_value=1, max_value=30))
    def time_passes(self, seconds: int) -> None:
        self.later(seconds)

    @rule(scope=st.sampled_from([None, "openid", "openid profile", SCOPES]))
    def the_app_refreshes(self, scope: str | None) -> None:
        self.later()
        if not self.is_alive:
            return self.assert_refused(self.texts[-1])
        answer = refresh(Client(), self.texts[-1], scope=scope)
        assert answer.status_code == 200, answer.content
        # Narrowed for this once: the next refresh may have everything again (RFC 6749 §6).
        assert set(answer.json()["scope"].split()) == set((scope or SCOPES).split())
        assert answer.json()["refresh_token"] not in self.texts
        self.texts.append(answer.json()["refresh_token"])
        self.rotated_at = datetime.now(UTC)
        return None

    @precondition(lambda self: len(self.texts) > 1)
    @rule()
    def the_app_lost_the_answer_and_asks_again(self) -> None:
        self.later()
        if not (self.is_alive and self.is_in_grace()):
            self.assert_refused(self.texts[-2])
            self.is_alive = False
            return
        answer = refresh(Client(), self.texts[-2])
        assert answer.status_code == 200, answer.content
        assert answer.json()["refresh_token"] == self.texts[-1]

    @precondition(lambda self: len(self.texts) > 2)
    @rule(age=st.integers(min_value=2, max_value=6))
    def a_thief_uses_an_older_one(self, age: int) -> None:
        self.later()
        self.assert_refused(self.texts[max(len(self.texts) - 1 - age, 0)])
        self.is_alive = False

    @rule(age=st.integers(min_value=0, max_value=5))
    def another_app_presents_one_and_changes_nothing(self, age: int) -> None:
        self.assert_refused(self.texts[max(len(self.texts) - 1 - age, 0)], client_id="other")

    @rule()
    def the_app_asks_for_more_than_was_granted_and_changes_nothing(self) -> None:
        self.later()
        error = "invalid_scope" if self.is_alive else "invalid_grant"
        self.assert_refused(self.texts[-1], error, scope="openid profile phone offline_access")

    @rule(at=st.integers(min_value=0, max_value=refresh_tokens.TOKEN_LENGTH - 1))
    def somebody_forges_one_and_changes_nothing(self, at: int) -> None:
        text = self.texts[-1]
        forged = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        self.assert_refused(forged)

    @precondition(lambda self: self.is_alive and len(self.texts) > 3)
    @rule()
    def the_app_gives_it_back(self) -> None:
        answer = post(Client(), "/o/revoke_token/", client_id="notes", token=self.texts[-1])
        assert answer.status_code == 200
        self.is_alive = False

    @invariant()
    def only_the_current_one_is_active(self) -> None:
        assert introspect(Client(), self.texts[-1], self.api)["active"] is self.is_alive
        for old in self.texts[-3:-1]:
            assert introspect(Client(), old, self.api) == {"active": False}

    @invariant()
    def the_database_says_the_same(self) -> None:
        self.family.refresh_from_db()
        assert (self.family.revoked_at is None) is self.is_alive
        assert self.family.generation == len(self.texts) - 1


@pytest.mark.requirement("C01", "C02", "C04", "C07", "feature:F03")
def test_no_order_of_uses_forks_or_revives_a_family(
    app: object, somebody: object, api: tuple[str, str]
) -> None:
    create_client(name="Other", client_id="other", is_public=True, redirect_uris=[CALLBACK])
    run_state_machine_as_test(
        partial(FamilyMachine, api),  # type: ignore[arg-type]  # any maker of machines will do
        settings=settings(
            max_examples=25,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
