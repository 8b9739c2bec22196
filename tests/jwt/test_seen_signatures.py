"""A signature is worked out once; whether the token counts is asked every time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from jwt_app import rotation
from jwt_app.keys import LoadedKey, active_key, forget_cached_keys
from jwt_app.models import SigningKey
from jwt_app.seen_signatures import SeenSignatures
from jwt_app.signing import InvalidToken, sign, verify

Ring = dict[str, LoadedKey]
Claims = dict[str, Any]
ALGORITHMS = ["RS256", "ES256", "EdDSA"]


def seen_token(claims: Claims, algorithm: str = "ES256") -> str:
    token = sign(claims, typ="at+jwt", algorithm=algorithm)
    verify(token, typ="at+jwt")
    assert token in active_key(algorithm).seen
    return token


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_seen_token_says_the_same_again_and_nobody_can_change_what_it_says(
    ring: Ring, claims: Claims, algorithm: str
) -> None:
    token = seen_token({**claims, "amr": ["pwd"]}, algorithm)
    first = verify(token, typ="at+jwt")
    first["amr"].append("mfa")
    first["sub"] = "another"
    assert verify(token, typ="at+jwt") == {**claims, "amr": ["pwd"]}


@pytest.mark.requirement("D01", "D02")
def test_only_the_very_text_that_was_seen_is_spared(ring: Ring, claims: Claims) -> None:
    token = seen_token(claims)
    other = sign({**claims, "sub": "another"}, typ="at+jwt", algorithm="ES256")
    swapped = ".".join([*other.split(".")[:2], token.split(".")[2]])
    for text in (swapped, token + "A", token.replace(".", "..", 1), token[:-2]):
        with pytest.raises(InvalidToken):
            verify(text, typ="at+jwt")
        assert text not in active_key("ES256").seen


def test_a_bad_signature_is_never_remembered(ring: Ring, claims: Claims) -> None:
    first = sign(claims, typ="at+jwt", algorithm="RS256")
    second = sign({**claims, "sub": "another"}, typ="at+jwt", algorithm="RS256")
    forged = ".".join([*first.split(".")[:2], second.split(".")[2]])
    for _ in range(2):
        with pytest.raises(InvalidToken):
            verify(forged, typ="at+jwt")
    assert forged not in active_key("RS256").seen


@pytest.mark.requirement("D03")
def test_a_seen_token_of_another_type_or_after_its_time_is_refused(ring: Ring, claims: Claims) -> None:
    token = seen_token(claims)
    with pytest.raises(InvalidToken):
        verify(token, typ="JWT")
    with time_machine.travel(timezone.now() + timedelta(seconds=301)), pytest.raises(InvalidToken):
        verify(token, typ="at+jwt")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.requirement("D09")
def test_a_seen_token_is_refused_once_its_key_is_revoked(ring: Ring, claims: Claims, algorithm: str) -> None:
    token = seen_token(claims, algorithm)
    kid = active_key(algorithm).kid
    rotation.revoke(kid=kid)
    forget_cached_keys()
    with pytest.raises(InvalidToken) as caught:
        verify(token, typ="at+jwt")
    assert "unknown key" in caught.value.detail


def test_a_seen_token_is_refused_once_its_retired_key_has_stopped_verifying(
    ring: Ring, claims: Claims, add_key: Callable[..., str]
) -> None:
    token = seen_token({**claims, "exp": claims["iat"] + 86_400})
    SigningKey.objects.filter(kid=active_key("ES256").kid).update(
        state=SigningKey.State.RETIRED, active_slot=None, verify_until=timezone.now() + timedelta(seconds=60)
    )
    forget_cached_keys()
    verify(token, typ="at+jwt")
    with time_machine.travel(timezone.now() + timedelta(seconds=61)), pytest.raises(InvalidToken):
        verify(token, typ="at+jwt")


def test_no_more_is_remembered_than_was_agreed_and_the_newest_stays() -> None:
    seen = SeenSignatures(most=10)
    for number in range(1000):
        seen.add(f"token-{number}")
        assert len(seen) <= 10
        assert f"token-{number}" in seen
    assert "token-998" in seen
    assert "token-0" not in seen


def test_the_memory_holds_no_token(ring: Ring, claims: Claims) -> None:
    token = seen_token(claims)
    kept = active_key("ES256").seen
    assert token not in repr(vars(kept))
    assert "seen" not in repr(active_key("ES256"))
