"""Which tokens come through the guard, and what it then knows: everything else is `invalid_token`."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.changed import with_another_letter
from tests.resource_server.conftest import MakeGuard
from tests.resource_server.fake_issuer import AUDIENCE, FakeIssuer, encode, new_key, public_jwk, public_pem
from token_guard import Guard, GuardError, InvalidRequest, InvalidToken, NoToken, TemporarilyUnavailable

Forge = Callable[[FakeIssuer], str]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ES256", "at+jwt"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "first"}


def hmac_signed(issuer: FakeIssuer, secret: bytes, algorithm: str = "HS256") -> str:
    """A token whose "secret" is something public."""
    signed = f"{encode({**HEADER, 'alg': algorithm})}.{encode(issuer.claims())}"
    return f"{signed}.{encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def unsigned(issuer: FakeIssuer, algorithm: str, signature: str = "") -> str:
    return f"{encode({**HEADER, 'alg': algorithm})}.{encode(issuer.claims())}.{signature}"


def with_own_key(issuer: FakeIssuer, **header: Any) -> str:
    """Signed by a stranger's key, which the header recommends."""
    own = new_key()
    jwk = public_jwk(own, "first", "ES256")
    headers = {"typ": "at+jwt", "kid": "first", "jwk": jwk, "jku": f"{issuer.url}/evil", **header}
    return jwt.encode(issuer.claims(), own, algorithm="ES256", headers=headers)


def spliced(issuer: FakeIssuer) -> str:
    """The signature of one token under the claims of another."""
    header, _, signature = issuer.token().split(".")
    return f"{header}.{encode(issuer.claims(scope='admin'))}.{signature}"


def other_algorithm(issuer: FakeIssuer) -> str:
    """A header that names another allowed algorithm than the key's own."""
    _, payload, signature = issuer.token().split(".")
    return f"{encode({**HEADER, 'alg': 'RS256'})}.{payload}.{signature}"


FORGERIES: dict[str, Forge] = {
    "alg none": lambda issuer: unsigned(issuer, "none"),
    "alg None": lambda issuer: unsigned(issuer, "None", "AA"),
    "alg NONE with a signature": lambda issuer: unsigned(issuer, "NONE", issuer.token().split(".")[2]),
    "empty signature": lambda issuer: unsigned(issuer, "ES256"),
    "HS256 with the public PEM": lambda issuer: hmac_signed(issuer, public_pem(issuer.key)),
    "HS256 with the JWK": lambda issuer: hmac_signed(
        issuer, json.dumps(issuer.answers["/keys"]["keys"][0]).encode()
    ),
    "HS256 with nothing": lambda issuer: hmac_signed(issuer, b""),
    "ES256 in the header, an HMAC below": lambda issuer: hmac_signed(issuer, b"x", "ES256"),
    "another algorithm than the key's": other_algorithm,
    "a key in the header": with_own_key,
    "claims of another token": spliced,
    "a tampered signature": lambda issuer: with_another_letter(issuer.token(), -2),
}

OTHER_TOKENS: dict[str, Forge] = {
    "an ID token": lambda issuer: issuer.token({"typ": "JWT"}),
    "a log-out token": lambda issuer: issuer.token({"typ": "logout+jwt"}),
    "no type": lambda issuer: issuer.token({"typ": None}),
    "a type that only begins like it": lambda issuer: issuer.token({"typ": "at+jwt2"}),
    "a critical extension": lambda issuer: issuer.token({"crit": ["exp"]}),
    "a critical b64": lambda issuer: issuer.token({"crit": ["b64"], "b64": True}),
    "no key id": lambda issuer: issuer.token({"kid": None}),
    "a longer issuer": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "a shorter issuer": lambda issuer: issuer.token(iss=issuer.url[:-1]),
    "a list of issuers": lambda issuer: forced(issuer, iss=[issuer.url]),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "another audience": lambda issuer: issuer.token(aud="https://other.example/api"),
    "part of the audience": lambda issuer: issuer.token(aud=AUDIENCE[:-1]),
    "an audience that contains it": lambda issuer: issuer.token(aud=f"{AUDIENCE} x"),
    "an empty audience": lambda issuer: issuer.token(aud=[]),
    "an audience of odd kind": lambda issuer: forced(issuer, aud={AUDIENCE: 1}),
    "no audience": lambda issuer: issuer.token(aud=None),
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 31),
    "no expiry": lambda issuer: issuer.token(exp=None),
    "an expiry that is a text": lambda issuer: issuer.token(exp=str(int(time.time()) + 600)),
    "an endless expiry": lambda issuer: forced(issuer, exp=float("inf")),
    "an issue time that is true": lambda issuer: issuer.token(iat=True),
    "issued in the future": lambda issuer: issuer.token(iat=int(time.time()) + 61),
    "not valid yet": lambda issuer: issuer.token(nbf=int(time.time()) + 61),
    "no subject": lambda issuer: issuer.token(sub=None),
    "no client": lambda issuer: issuer.token(client_id=None),
    "bound to a key": lambda issuer: issuer.token(cnf={"jkt": "x"}),
    "huge": lambda issuer: issuer.token(more="x" * 8192),
    "claims that are no object": lambda issuer: signed(issuer, b"[1]"),
    "claims that are no JSON": lambda issuer: signed(issuer, b"\xff\xfe"),
    "claims nested without end": lambda issuer: signed(issuer, b"[" * 5000),
    "a header nested without end": lambda issuer: f"{encode(b'[' * 5000)}.e30.AA",
    "two parts": lambda issuer: "e30.e30",
    "not a JWT": lambda issuer: "8a6f0c2b",
}


def forced(issuer: FakeIssuer, **claims: Any) -> str:
    """Claims that a library would not write."""
    return signed(issuer, json.dumps({**issuer.claims(), **claims}).encode())


def signed(issuer: FakeIssuer, payload: bytes) -> str:
    return jwt.PyJWS().encode(payload, issuer.key, "ES256", {"typ": "at+jwt", "kid": issuer.kid})


@pytest.mark.requirement("F44")
def test_a_good_token_comes_through_with_what_it_says(guard: Guard, issuer: FakeIssuer) -> None:
    token = guard.check(f"Bearer {issuer.token()}")
    assert (token.subject, token.client_id, token.sid) == ("person-1", "notes", "s-1")
    assert token.scopes == {"openid", "read", "write"}
    assert token.levels == {"read": "everything"}
    assert token.acr == "aal1"
    assert token.is_live is False


@pytest.mark.requirement("D01", "D02")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(guard: Guard, issuer: FakeIssuer, forge: Forge) -> None:
    with pytest.raises(InvalidToken) as refusal:
        guard.check(f"Bearer {forge(issuer)}")
    assert refusal.value.status == 401
    assert issuer.asked["/evil"] == 0


@pytest.mark.requirement("D03", "D04", "D05", "D13")
@pytest.mark.parametrize("make", OTHER_TOKENS.values(), ids=OTHER_TOKENS)
def test_a_signed_token_for_something_else_is_refused(guard: Guard, issuer: FakeIssuer, make: Forge) -> None:
    guard.check(f"Bearer {issuer.token()}")
    with pytest.raises(InvalidToken) as refusal:
        guard.check(f"Bearer {make(issuer)}")
    assert refusal.value.headers["WWW-Authenticate"] == (
        'Bearer error="invalid_token", error_description="The access token is invalid, expired or revoked."'
    )


@pytest.mark.requirement("D01")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_every_algorithm_of_the_list_verifies(guard: Guard, issuer: FakeIssuer, algorithm: str) -> None:
    issuer.rotate("another", algorithm)
    assert guard.check(f"Bearer {issuer.token()}").subject == "person-1"


@pytest.mark.requirement("D04")
def test_one_of_several_audiences_is_enough_on_either_side(make_guard: MakeGuard, issuer: FakeIssuer) -> None:
    guard = make_guard(audience=["urn:notes:v1", AUDIENCE])
    assert guard.check(f"Bearer {issuer.token(aud=['urn:other', AUDIENCE])}").subject == "person-1"
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {issuer.token(aud=['urn:other', 'urn:notes'])}")


@pytest.mark.requirement("C11", "D04")
def test_a_token_is_dead_after_its_life_and_the_leeway(guard: Guard, issuer: FakeIssuer) -> None:
    with time_machine.travel(time.time(), tick=False) as traveller:
        text = f"Bearer {issuer.token()}"
        traveller.shift(timedelta(seconds=629))
        assert guard.check(text).subject == "person-1"
        traveller.shift(timedelta(seconds=1))
        with pytest.raises(InvalidToken):
            guard.check(text)


def test_a_type_may_be_spelt_as_a_media_type(guard: Guard, issuer: FakeIssuer) -> None:
    assert guard.check(f"Bearer {issuer.token({'typ': 'application/AT+JWT'})}").subject == "person-1"


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic dXNlcjpwYXNz", "DPoP x", "Bearertoken"],
    ids=["none", "empty", "basic", "dpop", "run on"],
)
def test_a_request_without_a_bearer_token_gets_a_challenge_without_error(
    guard: Guard, header: str | None
) -> None:
    with pytest.raises(NoToken) as refusal:
        guard.check(header)
    assert refusal.value.status == 401
    assert refusal.value.headers["WWW-Authenticate"] == "Bearer"
    assert "error" not in refusal.value.payload


@pytest.mark.parametrize(
    "headers", [["Bearer"], ["Bearer a b"], ["Bearer a,Bearer b"], ["Bearer é"], ["Bearer a", "Bearer b"]]
)
def test_a_bearer_token_that_cannot_be_read_is_a_bad_request(guard: Guard, headers: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        guard.check(headers)
    assert refusal.value.status == 400
    assert refusal.value.payload["error"] == "invalid_request"


@pytest.mark.requirement("D10")
def test_what_cannot_be_an_access_token_costs_no_fetch(guard: Guard, issuer: FakeIssuer) -> None:
    for make in (FORGERIES["alg none"], OTHER_TOKENS["an ID token"], OTHER_TOKENS["huge"], lambda _: "x.y.z"):
        with pytest.raises(InvalidToken):
            guard.check(f"Bearer {make(issuer)}")
    assert not issuer.asked


@pytest.mark.parametrize(
    "settings",
    [
        {"audience": ""}, {"audience": []}, {"audience": ["a", ""]}, {"leeway": 61}, {"leeway": -1},
        {"issuer": "http://login.example"}, {"issuer": "ftp://login.example"}, {"issuer": "login.example"},
        {"issuer": "https://login.example?x=1"},
    ],
    ids=str,
)  # fmt: skip
def test_settings_that_would_not_be_safe_are_refused(make_guard: MakeGuard, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the message is for people
        make_guard(**settings)


def test_a_refusal_never_repeats_the_token(
    guard: Guard, issuer: FakeIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "token_guard")
    text = issuer.token(aud="urn:other")
    with pytest.raises(InvalidToken) as refusal:
        guard.check(f"Bearer {text}")
    shown = f"{caplog.text} {refusal.value} {refusal.value.reason} {refusal.value.payload} {refusal.value.headers}"
    assert "Audience doesn't match" in caplog.text
    assert not any(part in shown for part in text.split("."))
    assert base64.urlsafe_b64decode(text.split(".")[1] + "==").decode() not in shown


@pytest.mark.requirement("D13")
@given(header=st.text() | st.builds("Bearer {}".format, st.from_regex(r"[\w.~+/-]+=*", fullmatch=True)))
def test_whatever_a_header_holds_it_is_refused_in_the_standards_terms(guard: Guard, header: str) -> None:
    with pytest.raises(GuardError) as refusal:
        guard.check(header)
    assert refusal.value.status in {400, 401}


@pytest.mark.requirement("D13")
@given(
    header=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]), JSON),
    payload=JSON | st.binary(max_size=50),
)
def test_whatever_json_a_token_holds_it_is_refused_as_invalid(
    guard: Guard, header: Any, payload: Any
) -> None:
    text = f"{encode({**HEADER, **header})}.{encode(payload)}.{encode(b's' * 64)}"
    with pytest.raises(InvalidToken):
        guard.check(f"Bearer {text}")


def test_without_any_key_nobody_can_tell(guard: Guard, issuer: FakeIssuer) -> None:
    issuer.answers["/keys"] = 503
    with pytest.raises(TemporarilyUnavailable) as refusal:
        guard.check(f"Bearer {issuer.token()}")
    assert refusal.value.status == 503
    assert refusal.value.headers["Retry-After"] == "5"
    assert "WWW-Authenticate" not in refusal.value.headers
