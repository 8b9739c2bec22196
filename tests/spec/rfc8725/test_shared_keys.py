"""HS256 at the parser: whatever a client writes with the key it knows, only what this server wrote is read."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jwt_app.errors import InvalidToken, NoActiveKey
from jwt_app.shared_keys import SharedKey
from jwt_app.signing import sign, verify

KEY = SharedKey(kid="hs-1", secret=b"0123456789abcdef0123456789abcdef")
OTHER = SharedKey(kid="hs-2", secret=b"another-key-another-key-another-")
HEADER = {"alg": "HS256", "kid": "hs-1", "typ": "at+jwt"}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "sub", "scope", "server_mac", "x"])
often = hypothesis_settings(max_examples=150)

pytestmark = pytest.mark.requirement("D01", "D13")


@pytest.fixture
def claims() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "http://testserver", "aud": "api", "sub": "somebody", "iat": now, "exp": now + 300}


def find(kid: str) -> SharedKey | None:
    return {"hs-1": KEY, "hs-2": OTHER}.get(kid)


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_the_client(payload: object, header: object = HEADER, key: SharedKey = KEY) -> str:
    signing_input = f"{b64(header)}.{b64(payload)}"
    return f"{signing_input}.{b64(hmac.new(key.secret, signing_input.encode(), hashlib.sha256).digest())}"


def read(token: str, **how: Any) -> dict[str, Any]:
    return verify(token, **{"typ": "at+jwt", "shared_keys": find, **how})


def refuses(token: str, **how: Any) -> None:
    with pytest.raises(InvalidToken):
        read(token, **how)


def payload_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def test_what_the_server_signed_is_read(claims: dict[str, Any]) -> None:
    token = sign(claims, typ="at+jwt", algorithm="HS256", shared_key=KEY)
    assert {name: value for name, value in read(token).items() if name != "server_mac"} == claims


def test_hs256_is_refused_wherever_no_shared_keys_are_asked_for(claims: dict[str, Any]) -> None:
    token = sign(claims, typ="at+jwt", algorithm="HS256", shared_key=KEY)
    refuses(token, shared_keys=None)
    refuses(token, shared_keys=lambda kid: None)
    refuses(token, shared_keys=lambda kid: OTHER)


def test_signing_needs_a_key_of_256_bits(claims: dict[str, Any]) -> None:
    with pytest.raises(NoActiveKey):
        sign(claims, typ="at+jwt", algorithm="HS256")
    with pytest.raises(ValueError, match="256"):
        SharedKey(kid="hs-1", secret=b"short")
    assert "0123456789abcdef" not in repr(KEY)


def test_the_mac_belongs_to_these_claims_this_use_and_this_key(claims: dict[str, Any]) -> None:
    genuine = payload_of(sign(claims, typ="at+jwt", algorithm="HS256", shared_key=KEY))
    assert read(by_the_client(genuine)) == genuine
    refuses(by_the_client(genuine | {"sub": "admin"}))
    refuses(by_the_client({name: value for name, value in genuine.items() if name != "exp"}))
    refuses(by_the_client(genuine, {**HEADER, "typ": "JWT"}), typ="JWT")
    refuses(by_the_client(genuine, {**HEADER, "kid": "hs-2"}, OTHER))
    key_id, _, tag = genuine["server_mac"].partition(".")
    for odd in (
        None,
        1,
        "",
        ".",
        tag,
        f".{tag}",
        f"{key_id}.",
        f"0000.{tag}",
        f"{key_id}.{tag}.",
        f"{key_id}.é",
        [tag],
    ):
        refuses(by_the_client(genuine | {"server_mac": odd}))


@pytest.mark.parametrize("depth", [500, 2500])
def test_nesting_is_no_more_than_refused(depth: int) -> None:
    text = b'{"server_mac": "aa9a.AAAA", "x": ' + b"[" * depth + b"]" * depth + b"}"
    refuses(by_the_client(text))


@often
@given(payload=st.dictionaries(NAMES, JSON_VALUES))
def test_nothing_a_client_writes_is_read(claims: dict[str, Any], payload: dict[str, Any]) -> None:
    refuses(by_the_client(payload))
    refuses(by_the_client(claims | payload))
    genuine = payload_of(sign(claims, typ="at+jwt", algorithm="HS256", shared_key=KEY))
    changed = genuine | payload
    if changed != genuine:
        refuses(by_the_client(changed))


@often
@given(position=st.integers(min_value=0), character=st.characters(codec="utf-8"))
def test_any_changed_character_breaks_the_token(
    claims: dict[str, Any], position: int, character: str
) -> None:
    token = sign(claims, typ="at+jwt", algorithm="HS256", shared_key=KEY)
    position %= len(token)
    if character != token[position]:
        refuses(token[:position] + character + token[position + 1 :])
