"""The issuer's own word: asked seldom, believed for 30 s at most, and nobody is let in while it is missing."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.changed import with_another_letter
from tests.resource_server.conftest import Clock, MakeGuard
from tests.resource_server.fake_issuer import API, FakeIssuer
from token_guard import Guard, InsufficientScope, InvalidToken, Liveness, TemporarilyUnavailable, require

METADATA = "/.well-known/openid-configuration"
ASK = "/introspect"


@pytest.mark.requirement("C11", "F44")
def test_a_revoked_token_works_for_30_seconds_at_most(
    asking_guard: Guard, issuer: FakeIssuer, clock: Clock
) -> None:
    text = f"Bearer {issuer.token()}"
    assert asking_guard.check(text).is_live
    issuer.active = False
    clock.wait(29.9)
    assert asking_guard.check(text).is_live
    assert issuer.asked[ASK] == 1
    clock.wait(0.2)
    with pytest.raises(InvalidToken) as refusal:
        asking_guard.check(text)
    assert refusal.value.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert issuer.asked[ASK] == 2


@pytest.mark.requirement("C11")
def test_the_bound_can_be_set_lower_but_not_higher(
    make_guard: MakeGuard, issuer: FakeIssuer, clock: Clock
) -> None:
    guard = make_guard(liveness=Liveness(client_id=API[0], client_secret=API[1], positive_seconds=0))
    text = f"Bearer {issuer.token()}"
    guard.check(text)
    issuer.active = False
    with pytest.raises(InvalidToken):
        guard.check(text)
    with pytest.raises(ValueError, match="0 to 30"):
        Liveness(client_id="a", client_secret="b", positive_seconds=31)


def test_a_dead_token_is_asked_about_once_a_second(
    asking_guard: Guard, issuer: FakeIssuer, clock: Clock
) -> None:
    issuer.active = False
    text = f"Bearer {issuer.token()}"
    for _ in range(50):
        with pytest.raises(InvalidToken):
            asking_guard.check(text)
    assert issuer.asked[ASK] == 1
    issuer.active = True
    clock.wait(1)
    assert asking_guard.check(text).is_live


@pytest.mark.requirement("C11")
def test_an_expired_token_is_dead_although_it_was_live_a_moment_ago(
    asking_guard: Guard, issuer: FakeIssuer
) -> None:
    with time_machine.travel(time.time(), tick=False) as traveller:
        text = f"Bearer {issuer.token(exp=int(time.time()) + 5)}"
        assert asking_guard.check(text).is_live
        traveller.shift(timedelta(seconds=36))
        with pytest.raises(InvalidToken):
            asking_guard.check(text)


def test_a_forged_token_never_reaches_the_issuer(asking_guard: Guard, issuer: FakeIssuer) -> None:
    with pytest.raises(InvalidToken):
        asking_guard.check(f"Bearer {with_another_letter(issuer.token(), -2)}")
    assert issuer.asked[ASK] == 0


BROKEN: dict[str, Any] = {
    "503": 503, "redirect": 302, "wrong credentials": 401, "nothing": b"", "html": b"<html>", "no verdict": {},
    "a verdict that is a text": {"active": "false"}, "a list": [True], "huge": b'{"active": true}' + b" " * 300_000,
}  # fmt: skip


@pytest.mark.requirement("C11", "E02")
@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_no_verdict_is_no_entry(asking_guard: Guard, issuer: FakeIssuer, clock: Clock, answer: Any) -> None:
    good = issuer.answers[ASK]
    issuer.answers[ASK] = answer
    text = f"Bearer {issuer.token()}"
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable) as refusal:
            asking_guard.check(text)
        assert refusal.value.status == 503
    assert issuer.asked[ASK] == 1
    issuer.answers[ASK] = good
    clock.wait(1)
    assert asking_guard.check(text).is_live


def test_who_is_known_to_be_live_stays_so_through_a_short_outage(
    asking_guard: Guard, issuer: FakeIssuer, clock: Clock
) -> None:
    text = f"Bearer {issuer.token()}"
    asking_guard.check(text)
    issuer.answers[ASK] = 503
    clock.wait(29)
    assert asking_guard.check(text).is_live
    clock.wait(2)
    with pytest.raises(TemporarilyUnavailable):
        asking_guard.check(text)


def test_fail_open_lets_verified_tokens_in_and_says_so(
    make_guard: MakeGuard, issuer: FakeIssuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make_guard(liveness=Liveness(client_id=API[0], client_secret=API[1], fail_open=True))
    issuer.answers[ASK] = 503
    assert guard.check(f"Bearer {issuer.token()}").is_live is False
    assert "let in without asking the issuer" in caplog.text
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {issuer.token(aud='urn:other')}")
    issuer.answers[ASK] = {"active": False}
    clock.wait(1)
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {issuer.token()}")


def test_what_the_issuer_lowered_counts_and_limits_come_along(
    asking_guard: Guard, issuer: FakeIssuer
) -> None:
    issuer.facts = {
        "scope": "openid read", "policies": {"read": "summary"}, "policy_limits": {"read": {"detail": "summary"}},
    }  # fmt: skip
    token = asking_guard.check(f"Bearer {issuer.token()}", require("read"))
    assert token.scopes == {"openid", "read"}
    assert token.levels == {"read": "summary"}
    assert token.limits == {"read": {"detail": "summary"}}
    for more in (require("write"), require(level={"read": "everything"})):
        with pytest.raises(InsufficientScope):
            asking_guard.check(f"Bearer {issuer.token()}", more)


@pytest.mark.parametrize("limits", [None, [], "all", {"read": 5}])
def test_limits_that_cannot_be_read_are_none(asking_guard: Guard, issuer: FakeIssuer, limits: Any) -> None:
    issuer.facts = {"policy_limits": limits}
    assert asking_guard.check(f"Bearer {issuer.token()}").limits == {}


def test_an_issuer_without_introspection_lets_nobody_in(asking_guard: Guard, issuer: FakeIssuer) -> None:
    del issuer.answers[METADATA]["introspection_endpoint"]
    with pytest.raises(TemporarilyUnavailable):
        asking_guard.check(f"Bearer {issuer.token()}")


def test_asking_needs_credentials_and_never_shows_them() -> None:
    with pytest.raises(ValueError, match="client id and its secret"):
        Liveness(client_id="notes-api", client_secret="")
    assert "hush" not in repr(Liveness(client_id="notes-api", client_secret="hush"))


@pytest.mark.parametrize("path", [ASK, "/keys", METADATA])
def test_a_connection_that_was_dropped_is_tried_once_more(
    asking_guard: Guard, issuer: FakeIssuer, path: str
) -> None:
    issuer.answers[path] = issuer.drops_once(path)
    assert asking_guard.check(f"Bearer {issuer.token()}").is_live
    assert issuer.asked[path] == 2
