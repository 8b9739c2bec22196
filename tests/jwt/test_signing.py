"""What `verify` accepts, and the attacks it must not (RFC 8725; security list D01 to D04, D13)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jwt_app.keys import LoadedKey, active_key, jwks
from jwt_app.signing import MAX_TOKEN_BYTES, InvalidToken, sign, verify

Ring = dict[str, LoadedKey]
Claims = dict[str, Any]
AUDIENCE = "https://api.example.com"
same_ring = hypothesis_settings(max_examples=150)


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forge(header: object, payload: object, algorithm: str = "ES256") -> str:
    """A token with a *good* signature of our key over whatever header and payload."""
    key: Any = active_key(algorithm).private
    signing_input = f"{b64(header)}.{b64(payload)}"
    signature = jwt.get_algorithm_by_name(algorithm).sign(signing_input.encode(), key)
    return f"{signing_input}.{b64(signature)}"


def header_of(algorithm: str = "ES256", /, **more: object) -> dict[str, object]:
    return {"alg": algorithm, "kid": active_key(algorithm).kid, "typ": "at+jwt", **more}


def refuses(token: str, **how: Any) -> str:
    """The reason kept for the log."""
    with pytest.raises(InvalidToken) as caught:
        verify(token, **{"typ": "at+jwt", **how})
    assert caught.value.code == "invalid_token"
    assert len(token) < 40 or token not in caught.value.detail
    return caught.value.detail


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
@pytest.mark.requirement("feature:F02")
def test_what_was_signed_is_verified(ring: Ring, claims: Claims, algorithm: str) -> None:
    token = sign({**claims, "name": "Бат-Эрдэнэ"}, typ="at+jwt", algorithm=algorithm)
    assert verify(token, typ="at+jwt", audience=AUDIENCE)["name"] == "Бат-Эрдэнэ"
    assert jwt.get_unverified_header(token) == header_of(algorithm)


def test_the_json_is_compact_and_not_escaped(ring: Ring, claims: Claims) -> None:
    payload = sign({**claims, "name": "Бат"}, typ="JWT").split(".")[1]
    text = base64.urlsafe_b64decode(payload + "==").decode()
    assert text.endswith(',"name":"Бат"}')
    assert ": " not in text


@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS512", "PS256", "ES384"]
)
@pytest.mark.requirement("D01")
def test_an_algorithm_that_is_not_on_the_list_is_refused(ring: Ring, claims: Claims, name: str) -> None:
    good_signature = forge(header_of() | {"alg": name}, claims)
    refuses(good_signature)
    refuses(good_signature.rpartition(".")[0] + ".")
    refuses(good_signature.rpartition(".")[0])


@pytest.mark.requirement("D01")
def test_the_public_key_is_no_shared_secret(ring: Ring, claims: Claims) -> None:
    public = ring["RS256"].public
    formats = [
        public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
    ]
    secrets = [*formats, formats[0].strip(), *(json.dumps(jwk).encode() for jwk in jwks()["keys"]), b""]
    for secret in secrets:
        for name in ("HS256", "RS256"):
            signing_input = f"{b64({**header_of('RS256'), 'alg': name})}.{b64(claims)}"
            tag = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
            refuses(f"{signing_input}.{b64(tag)}")


@pytest.mark.parametrize("signing_with", ["RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("claimed", ["RS256", "ES256", "EdDSA"])
@pytest.mark.requirement("D01")
def test_the_algorithm_must_be_the_keys(ring: Ring, claims: Claims, signing_with: str, claimed: str) -> None:
    header = {"alg": claimed, "kid": ring[signing_with].kid, "typ": "at+jwt"}
    token = forge(header, claims, signing_with)
    if signing_with == claimed:
        assert verify(token, typ="at+jwt") == claims
    else:
        assert refuses(token) == "unknown key, or not of this algorithm"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
@pytest.mark.requirement("D01")
def test_empty_short_and_zero_signatures_are_refused(ring: Ring, claims: Claims, algorithm: str) -> None:
    head = sign(claims, typ="at+jwt", algorithm=algorithm).rpartition(".")[0]
    for signature in ("", "AA", b64(bytes(64)), b64(bytes(256)), b64(b"\x30" * 70)):
        refuses(f"{head}.{signature}")
    refuses(head)


@pytest.mark.parametrize(
    "name", ["jku", "x5u", "jwk", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "cty", "enc"]
)
@pytest.mark.requirement("D02")
def test_any_other_header_is_refused(ring: Ring, claims: Claims, name: str) -> None:
    value = {"jwk": jwks()["keys"][0], "crit": ["exp"], "b64": False}.get(name, "https://evil.example/keys")
    assert refuses(forge({**header_of(), name: value}, claims)) == "header members other than alg, kid, typ"


@pytest.mark.requirement("D02")
def test_a_key_sent_along_is_not_used(ring: Ring, claims: Claims) -> None:
    foreign = ec.generate_private_key(ec.SECP256R1())
    header = {"kid": ring["ES256"].kid, "typ": "at+jwt"}
    assert refuses(jwt.encode(claims, foreign, "ES256", headers=header)) == "signature does not fit"
    jwk = jwt.get_algorithm_by_name("ES256").to_jwk(foreign.public_key(), as_dict=True)
    refuses(jwt.encode(claims, foreign, "ES256", headers={**header, "jwk": jwk}))
    refuses(jwt.encode(claims, foreign, "ES256", headers={**header, "kid": "another"}))


@pytest.mark.parametrize("missing", ["alg", "kid", "typ"])
def test_no_header_may_be_missing(ring: Ring, claims: Claims, missing: str) -> None:
    header = header_of()
    del header[missing]
    refuses(forge(header, claims))


@pytest.mark.parametrize("value", [None, 1, True, [], ["ES256"], {}, {"ES256": 1}])
@pytest.mark.parametrize("name", ["alg", "kid", "typ"])
def test_headers_of_another_kind_are_refused(ring: Ring, claims: Claims, name: str, value: object) -> None:
    refuses(forge(header_of() | {name: value}, claims))


@pytest.mark.parametrize("header", [[], "x", 1, None, {}])
def test_a_header_that_is_no_object_is_refused(ring: Ring, claims: Claims, header: object) -> None:
    refuses(forge(header, claims))


@pytest.mark.requirement("D03")
@pytest.mark.parametrize("made", ["at+jwt", "JWT", "logout+jwt"])
@pytest.mark.parametrize("wanted", ["at+jwt", "JWT", "logout+jwt", "AT+JWT", "application/at+jwt", ""])
def test_a_token_of_one_type_is_never_another(ring: Ring, claims: Claims, made: str, wanted: str) -> None:
    token = sign(claims, typ=made)
    if made == wanted:
        assert verify(token, typ=wanted) == claims
    else:
        assert refuses(token, typ=wanted) == "another type of token"


@pytest.mark.requirement("D13")
def test_one_reading_of_the_json_only(ring: Ring, claims: Claims) -> None:
    whole = json.dumps(claims)
    for payload in (
        whole[:-1] + ', "sub": "admin"}',
        whole[:-1] + ', "more": {"a": 1, "a": 2}}',
        whole[:-1] + ', "more": NaN}',
        whole[:-1] + ', "more": -Infinity}',
        whole[:-1] + ', "more": ' + "9" * 5000 + "}",
        whole[:-1] + ', "more": ' + "[" * 2500 + "]" * 2500 + "}",
        whole + "x",
        whole[:-1],
        "[]",
        "null",
        '"text"',
        "",
    ):
        refuses(forge(header_of(), payload.encode()))
    refuses(
        forge(b'{"alg":"ES256","alg":"ES256","kid":"%s","typ":"at+jwt"}' % ring["ES256"].kid.encode(), claims)
    )
    refuses(forge(header_of(), whole.encode("utf-16")))
    refuses(forge(header_of(), b"\xef\xbb\xbf" + whole.encode()))
    refuses(forge(header_of(), b"\xff\xfe" + whole.encode()))


@pytest.mark.requirement("D13")
def test_a_huge_token_is_refused_before_it_is_read(ring: Ring, claims: Claims) -> None:
    token = sign({**claims, "more": "x" * MAX_TOKEN_BYTES}, typ="at+jwt")
    assert refuses(token) == "longer than 8 KB"
    assert refuses("." * 50_000_000) == "longer than 8 KB"


@pytest.mark.requirement("D13")
def test_a_token_has_one_spelling(ring: Ring, claims: Claims) -> None:
    token = sign(claims, typ="at+jwt", algorithm="ES256")
    header, payload, signature = token.split(".")
    variants = [
        token + "=",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}.{signature}==",
        f" {token}",
        f"{token}\n",
        f"{header}.{payload}\n.{signature}",
        f"Bearer {token}",
        f"{token}.{signature}",
        f"{token}.",
        f".{token}",
        f"{header}..{payload}.{signature}",
        token.replace("-", "+").replace("_", "/") + "+",
        token.replace(".", "\u3002"),
        token.upper(),
        token + "\x00",
        "\uff45" + token[1:],
        json.dumps({"protected": header, "payload": payload, "signature": signature}),
    ]
    for variant in variants:
        refuses(variant)
    # 64 bytes leave four unused bits in the last character: 15 more spellings for a lenient decoder.
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if last != token[-1]:
            refuses(token[:-1] + last)


@same_ring
@given(noise=st.one_of(st.text(max_size=300), st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))))
@pytest.mark.requirement("D13")
def test_noise_gives_invalid_token_and_nothing_else(ring: Ring, noise: str) -> None:
    refuses(noise)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["alg", "kid", "typ", "crit", "iss", "aud", "exp", "iat", "nbf", "sub", "x"])


@same_ring
@given(header=st.dictionaries(NAMES, JSON_VALUES), payload=st.dictionaries(NAMES, JSON_VALUES))
@pytest.mark.requirement("D13")
def test_any_signed_nonsense_gives_invalid_token_or_its_claims(
    ring: Ring, claims: Claims, header: Claims, payload: Claims
) -> None:
    """Even with a good signature: odd values never become another exception."""
    refuses(forge(header, claims))
    token = forge(header_of(), claims | payload)
    try:
        assert verify(token, typ="at+jwt") == claims | payload
    except InvalidToken:
        assert payload


@same_ring
@given(position=st.integers(min_value=0), character=st.characters(codec="ascii"))
@pytest.mark.requirement("D13")
def test_any_changed_character_breaks_the_token(
    ring: Ring, claims: Claims, position: int, character: str
) -> None:
    token = sign(claims, typ="at+jwt", algorithm="EdDSA")
    position %= len(token)
    if character != token[position]:
        refuses(token[:position] + character + token[position + 1 :])
