"""Whose token, for whom, and when: issuer, audience and time (security list D04)."""

import time
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jwt_app.keys import LoadedKey
from jwt_app.signing import InvalidToken, sign, verify

Ring = dict[str, LoadedKey]
Claims = dict[str, Any]
AUDIENCE = "https://api.example.com"
ISSUER = "http://testserver"

pytestmark = pytest.mark.requirement("D04")


def accepts(claims: Claims, **how: Any) -> bool:
    token = sign(claims, typ="at+jwt", algorithm="EdDSA")
    try:
        return verify(token, **{"typ": "at+jwt", **how}) == claims
    except InvalidToken:
        return False


@pytest.mark.parametrize(
    "issuer",
    [
        f"{ISSUER}/", f"{ISSUER}.evil.example", ISSUER[:-1], ISSUER.upper(), ISSUER[4:], "testserver", "https://testserver",
        "", None, 1, True, [ISSUER], {"iss": ISSUER}, [], f" {ISSUER}", f"{ISSUER}\n",
    ],
)  # fmt: skip
def test_the_issuer_is_exactly_ours(ring: Ring, claims: Claims, issuer: object) -> None:
    assert accepts(claims)
    assert not accepts(claims | {"iss": issuer})


def test_a_token_without_issuer_audience_or_times_is_refused(ring: Ring, claims: Claims) -> None:
    for name in ("iss", "aud", "exp", "iat"):
        assert not accepts({key: value for key, value in claims.items() if key != name})


@hypothesis_settings(max_examples=60)
@given(start=st.integers(0, len(ISSUER)), end=st.integers(0, len(ISSUER)))
def test_no_part_of_the_issuer_is_enough(ring: Ring, claims: Claims, start: int, end: int) -> None:
    part = ISSUER[start:end]
    assert accepts(claims | {"iss": part}) == (part == ISSUER)


@pytest.mark.parametrize(
    ("stated", "ok"),
    [
        (AUDIENCE, True),
        ([AUDIENCE], True),
        (["https://other.example", AUDIENCE], True),
        (f"{AUDIENCE}/", False),
        (AUDIENCE[:-1], False),
        (f"{AUDIENCE} https://other.example", False),
        ("https://other.example", False),
        ([], False),
        ([[AUDIENCE]], False),
        ([AUDIENCE, 1], False),
        ({AUDIENCE: 1}, False),
        (None, False),
        (1, False),
        ("", False),
    ],
)
def test_the_audience_must_be_named(ring: Ring, claims: Claims, stated: object, ok: bool) -> None:
    assert accepts(claims | {"aud": stated}, audience=AUDIENCE) is ok


@pytest.mark.parametrize("stated", [None, [], {}, 1, [1], [None]])
def test_there_is_an_audience_even_when_none_is_asked_for(ring: Ring, claims: Claims, stated: object) -> None:
    assert not accepts(claims | {"aud": stated})


def test_a_token_dies_in_the_second_it_says(ring: Ring, claims: Claims) -> None:
    token = sign(claims, typ="at+jwt")
    with time_machine.travel(claims["exp"] - 0.5, tick=False):
        assert verify(token, typ="at+jwt") == claims
    with time_machine.travel(claims["exp"], tick=False):
        with pytest.raises(InvalidToken) as caught:
            verify(token, typ="at+jwt")
        assert caught.value.detail == "expired"
        assert verify(token, typ="at+jwt", leeway=1) == claims
        assert verify(token, typ="at+jwt", allow_expired=True) == claims


def test_leeway_ends_too(ring: Ring, claims: Claims) -> None:
    token = sign(claims, typ="at+jwt")
    with time_machine.travel(claims["exp"] + 60, tick=False), pytest.raises(InvalidToken):
        verify(token, typ="at+jwt", leeway=60)


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("leeway", [-1, 61, 3600])
def test_leeway_is_a_minute_at_most(ring: Ring, claims: Claims, leeway: int) -> None:
    with pytest.raises(ValueError, match="leeway"):
        verify(sign(claims, typ="at+jwt"), typ="at+jwt", leeway=leeway)


def test_not_before_is_kept(ring: Ring, claims: Claims) -> None:
    now = int(time.time())
    assert accepts(claims | {"nbf": now})
    assert not accepts(claims | {"nbf": now + 20})
    assert accepts(claims | {"nbf": now + 20}, leeway=30)
    assert not accepts(claims | {"nbf": None})


@pytest.mark.requirement("R17")
def test_a_node_a_little_ahead_is_believed_but_not_the_far_future(ring: Ring, claims: Claims) -> None:
    now = int(time.time())
    assert accepts(claims | {"iat": now + 50})
    assert not accepts(claims | {"iat": now + 90})


@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", [None, True, 1.5, "9999999999", [9999999999], {}])
def test_times_are_whole_numbers(ring: Ring, claims: Claims, name: str, value: object) -> None:
    assert not accepts(claims | {name: value})


def test_an_expired_hint_is_still_checked_for_everything_else(ring: Ring, claims: Claims) -> None:
    assert not accepts(claims | {"iss": "https://other.example"}, allow_expired=True)
    assert not accepts(claims | {"exp": "soon"}, allow_expired=True)
