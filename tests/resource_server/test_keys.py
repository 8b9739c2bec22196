"""Keys: fetched seldom, renewed when due, kept when the issuer fails, never swapped for something worse."""

import base64
import secrets
import threading
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.resource_server.conftest import Clock, MakeGuard
from tests.resource_server.fake_issuer import FakeIssuer, new_key, public_jwk
from token_guard import Guard, InvalidToken, TemporarilyUnavailable

METADATA = "/.well-known/openid-configuration"
PADDING = b" " * (256 * 1024)


def passes(guard: Guard, issuer: FakeIssuer, **header: str) -> bool:
    """Whether a fresh token comes through; False when it is refused as unknown, not when nobody can tell."""
    try:
        guard.check(f"Bearer {issuer.token(header)}")
    except InvalidToken:
        return False
    return True


@pytest.mark.requirement("D10")
def test_a_thousand_made_up_key_ids_cost_one_fetch_a_minute(
    guard: Guard, issuer: FakeIssuer, clock: Clock
) -> None:
    text = issuer.token({"kid": "x" * 43})
    for _ in range(1000):
        kid = secrets.token_urlsafe(32)
        assert not passes(guard, issuer, kid=kid)
        clock.wait(0.001)
    assert issuer.asked == {METADATA: 1, "/keys": 1}
    clock.wait(60)
    for _ in range(100):
        with pytest.raises(InvalidToken):
            guard.check(f"Bearer {text}")
    assert issuer.asked["/keys"] == 2
    assert passes(guard, issuer)


@pytest.mark.requirement("D10")
def test_made_up_key_ids_from_many_threads_cost_one_fetch(guard: Guard, issuer: FakeIssuer) -> None:
    outcomes: list[bool] = []
    start = threading.Barrier(8)

    def storm() -> None:
        start.wait(60)
        outcomes.extend(passes(guard, issuer, kid=secrets.token_urlsafe(8)) for _ in range(10))
        outcomes.append(passes(guard, issuer))

    threads = [threading.Thread(target=storm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count(True) == 8
    assert len(outcomes) == 88
    assert issuer.asked == {METADATA: 1, "/keys": 1}


@pytest.mark.requirement("D09", "D10")
def test_a_new_key_is_picked_up_at_its_first_token(guard: Guard, issuer: FakeIssuer, clock: Clock) -> None:
    assert passes(guard, issuer)
    old = issuer.token()
    clock.wait(61)
    issuer.rotate("second", "RS256")
    assert passes(guard, issuer)
    assert issuer.asked["/keys"] == 2
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {old}")


def test_keys_are_renewed_after_five_minutes(guard: Guard, issuer: FakeIssuer, clock: Clock) -> None:
    assert passes(guard, issuer)
    clock.wait(299)
    assert passes(guard, issuer)
    assert issuer.asked["/keys"] == 1
    clock.wait(2)
    withdrawn = issuer.token()
    issuer.rotate("second")
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {withdrawn}")
    assert issuer.asked == {METADATA: 1, "/keys": 2}


@pytest.mark.requirement("D10")
@pytest.mark.parametrize(
    "answer",
    [
        503, 302, b"", b"<html>", b"[]", b'{"keys": 1}', b'{"keys": []}', b'{"keys": [{"kty": "RSA", "kid": "first"}]}',
        b'{"keys": [' + b"[" * 5000, b'{"keys": []' + PADDING + b"}",
    ],
    ids=["503", "redirect", "empty", "html", "list", "number", "no keys", "unusable", "nested", "huge"],
)  # fmt: skip
def test_good_keys_are_kept_whatever_a_later_fetch_brings(
    guard: Guard, issuer: FakeIssuer, clock: Clock, answer: Any
) -> None:
    assert passes(guard, issuer)
    issuer.answers["/keys"] = answer
    clock.wait(301)
    assert passes(guard, issuer)
    assert passes(guard, issuer)
    assert issuer.asked["/keys"] == 2
    assert issuer.asked["/elsewhere"] == 0
    issuer.publish()
    clock.wait(6)
    assert passes(guard, issuer)
    assert issuer.asked["/keys"] == 3


@pytest.mark.requirement("D10")
def test_keys_that_could_not_be_renewed_for_a_day_are_not_trusted(
    guard: Guard, issuer: FakeIssuer, clock: Clock
) -> None:
    assert passes(guard, issuer)
    issuer.answers["/keys"] = 503
    clock.wait(24 * 3600 - 1)
    assert passes(guard, issuer)
    clock.wait(2)
    with pytest.raises(TemporarilyUnavailable):
        passes(guard, issuer)


def test_an_issuer_that_is_down_is_asked_once_in_five_seconds(
    guard: Guard, issuer: FakeIssuer, clock: Clock
) -> None:
    issuer.answers[METADATA] = 503
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable):
            passes(guard, issuer)
    assert issuer.asked == {METADATA: 1}
    issuer.answers[METADATA] = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
    clock.wait(5)
    assert passes(guard, issuer)


@pytest.mark.requirement("D04", "E02")
@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"}, {"issuer": None}, {"jwks_uri": "http://10.0.0.1/keys"},
        {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": 5}, {"jwks_uri": "http://127.0.0.1:1/keys"},
    ],
    ids=str,
)  # fmt: skip
def test_metadata_that_mislead_are_not_followed(
    guard: Guard, issuer: FakeIssuer, changes: dict[str, Any]
) -> None:
    issuer.answers[METADATA] |= changes
    with pytest.raises(TemporarilyUnavailable):
        passes(guard, issuer)
    assert set(issuer.asked) == {METADATA}


@pytest.mark.requirement("D01")
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_keys_that_may_not_verify_access_tokens_are_left_out(guard: Guard, issuer: FakeIssuer) -> None:
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505  that is the point
    other = new_key("EdDSA")
    secret = {
        "kty": "oct",
        "kid": "secret",
        "k": base64.urlsafe_b64encode(b"s" * 32).decode(),
        "alg": "HS256",
    }
    issuer.publish(
        secret,
        {**secret, "alg": "ES256", "kid": "disguised"},
        {**public_jwk(small, "small", "RS256")},
        {**public_jwk(other, "encryption", "EdDSA"), "use": "enc"},
        {"kty": "EC", "crv": "P-256", "kid": 5},
        {"kty": "oct"},
    )
    assert passes(guard, issuer)
    headers = {"typ": "at+jwt", "kid": "encryption"}
    for key, algorithm, kid in (
        (other, "EdDSA", "encryption"),
        (small, "RS256", "small"),
        ("s" * 32, "HS256", "secret"),
    ):
        text = jwt.encode(issuer.claims(), key, algorithm, {**headers, "kid": kid})
        with pytest.raises(InvalidToken):
            guard.check(f"Bearer {text}")


@pytest.mark.requirement("D10")
def test_two_guards_share_nothing(make_guard: MakeGuard, issuer: FakeIssuer) -> None:
    assert passes(make_guard(), issuer)
    assert passes(make_guard(), issuer)
    assert issuer.asked["/keys"] == 2


def test_the_issuer_can_be_reached_at_another_address(make_guard: MakeGuard, issuer: FakeIssuer) -> None:
    public = "https://login.example"
    issuer.answers[METADATA] = {"issuer": public, "jwks_uri": f"{public}/keys"}
    guard = make_guard(issuer=public, connect_to=issuer.url)
    assert guard.check(f"Bearer {issuer.token(iss=public)}").subject == "person-1"
    assert issuer.hosts == {"login.example"}
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {issuer.token()}")
