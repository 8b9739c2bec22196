"""An issuer that is too slow costs a request a bounded time, once."""

import time
from collections.abc import Callable

import httpx
import pytest

from tests.resource_server.conftest import Clock, MakeGuard
from tests.resource_server.fake_issuer import API, HANGS_SECONDS, FakeIssuer
from token_guard import Guard, Liveness, TemporarilyUnavailable
from token_guard import issuer as line

SLOW: dict[str, Callable[[FakeIssuer], object]] = {
    "no answer": lambda issuer: issuer.hangs,
    "an endless answer": lambda issuer: issuer.trickles,
}
slow_answers = pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
PATIENCE = HANGS_SECONDS / 2


@pytest.fixture(autouse=True)
def shorter_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits at a fifth: the tests need not sit them out, and a busy machine keeps within them."""
    assert (line.TIMEOUT.connect, line.TIMEOUT.read, line.WHOLE_ANSWER_SECONDS) == (2, 5, 10)
    monkeypatch.setattr(line, "TIMEOUT", httpx.Timeout(1, connect=0.4))
    monkeypatch.setattr(line, "WHOLE_ANSWER_SECONDS", 2)


def refuses_quickly(guard: Guard, text: str) -> bool:
    begun = time.monotonic()
    with pytest.raises(TemporarilyUnavailable):
        guard.check(text)
    return time.monotonic() - begun < PATIENCE


@pytest.mark.requirement("E02", "F44")
@slow_answers
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys"])
def test_keys_that_do_not_come_are_given_up(
    make_guard: MakeGuard, issuer: FakeIssuer, slow: Callable[[FakeIssuer], object], path: str
) -> None:
    guard = make_guard()
    issuer.answers[path] = slow(issuer)
    text = f"Bearer {issuer.token()}"
    assert all(refuses_quickly(guard, text) for _ in range(20))
    assert issuer.asked[path] == 1


@pytest.mark.requirement("E02", "C11")
@slow_answers
def test_a_verdict_that_does_not_come_is_given_up(
    make_guard: MakeGuard, issuer: FakeIssuer, clock: Clock, slow: Callable[[FakeIssuer], object]
) -> None:
    guard = make_guard(liveness=Liveness(client_id=API[0], client_secret=API[1]))
    text = f"Bearer {issuer.token()}"
    good = issuer.answers["/introspect"]
    issuer.answers["/introspect"] = slow(issuer)
    assert all(refuses_quickly(guard, text) for _ in range(20))
    assert issuer.asked["/introspect"] == 1
    issuer.answers["/introspect"] = good
    clock.wait(1)
    assert guard.check(text).is_live
