"""Claim sets: what RFC 9068 and OIDC Core ask for, and nothing that is not known."""

import base64
import hashlib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import jwt
import pytest

from jwt_app import generators
from jwt_app.claims import AccessTokenFacts, IdTokenFacts, access_token_claims, id_token_claims
from jwt_app.keys import LoadedKey
from jwt_app.refresh_tokens import derive
from jwt_app.signing import verify

NOW = datetime(2026, 11, 21, 10, 0, 0, 900_000, tzinfo=UTC)
EARLIER = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC)
COMMON: dict[str, Any] = {"issuer": "http://testserver", "issued_at": NOW, "lifetime": 900}
SESSION: dict[str, Any] = {"sid": "s-1", "auth_time": EARLIER, "acr": "urn:level:1", "amr": ("pwd", "sms")}


def access_facts(**more: Any) -> AccessTokenFacts:
    return AccessTokenFacts(
        **{
            **COMMON,
            "subject": "sub-1",
            "audience": ("https://api.example.com",),
            "client_id": "app",
            "scopes": ("openid", "profile"),
            "jti": "jti-1",
            **more,
        }
    )


def id_facts(**more: Any) -> IdTokenFacts:
    return IdTokenFacts(**{**COMMON, "subject": "sub-1", "client_id": "app", **more})


@pytest.mark.requirement("feature:F02", "D08")
def test_an_access_token_says_what_rfc_9068_asks_for() -> None:
    claims = access_token_claims(access_facts(**SESSION, policies={"profile": "name-only"}))
    assert claims == {
        "iss": "http://testserver",
        "sub": "sub-1",
        "aud": "https://api.example.com",
        "exp": int(NOW.timestamp()) + 900,
        "iat": int(NOW.timestamp()),
        "jti": "jti-1",
        "client_id": "app",
        "scope": "openid profile",
        "policies": {"profile": "name-only"},
        "sid": "s-1",
        "auth_time": int(EARLIER.timestamp()),
        "acr": "urn:level:1",
        "amr": ["pwd", "sms"],
    }


def test_a_client_on_its_own_behalf_claims_no_session() -> None:
    claims = access_token_claims(access_facts(subject="app", scopes=()))
    assert not {"sid", "auth_time", "acr", "amr", "scope", "policies"} & claims.keys()


def test_several_audiences_are_a_list() -> None:
    assert access_token_claims(access_facts(audience=("a", "b")))["aud"] == ["a", "b"]


@pytest.mark.requirement("D05")
def test_an_access_token_without_audience_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="audience"):
        access_token_claims(access_facts(audience=()))


@pytest.mark.requirement("feature:F06")
def test_an_id_token_says_who_signed_in_how_and_when() -> None:
    claims = id_token_claims(id_facts(**SESSION, nonce="n-1", extra={"name": "Bat"}))
    assert claims == {
        "iss": "http://testserver",
        "sub": "sub-1",
        "aud": "app",
        "exp": int(NOW.timestamp()) + 900,
        "iat": int(NOW.timestamp()),
        "nonce": "n-1",
        "sid": "s-1",
        "auth_time": int(EARLIER.timestamp()),
        "acr": "urn:level:1",
        "amr": ["pwd", "sms"],
        "name": "Bat",
    }


def test_personal_claims_never_become_protocol_claims() -> None:
    hostile = {
        "iss": "x",
        "sub": "x",
        "aud": "x",
        "exp": 0,
        "nonce": "x",
        "sid": "x",
        "acr": "x",
        "at_hash": "x",
    }
    claims = id_token_claims(id_facts(extra=hostile))
    assert "x" not in claims.values()
    assert not {"nonce", "sid", "acr", "at_hash"} & claims.keys()


@pytest.mark.parametrize(
    ("algorithm", "digest"), [("RS256", hashlib.sha256), ("ES256", hashlib.sha256), ("EdDSA", hashlib.sha512)]
)
def test_at_hash_is_the_left_half_of_the_algorithms_hash(algorithm: str, digest: Any) -> None:
    whole = digest(b"an.access.token").digest()
    half = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
    assert id_token_claims(id_facts(access_token="an.access.token", algorithm=algorithm))["at_hash"] == half


def test_at_hash_of_the_example_in_openid_connect_core() -> None:
    """OIDC Core appendix A.3."""
    facts = id_facts(access_token="jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
    assert id_token_claims(facts)["at_hash"] == "77QmUPtjPfzWtF2AnpK9RQ"


def test_the_access_token_is_not_printed_with_the_facts() -> None:
    assert "an.access.token" not in repr(id_facts(access_token="an.access.token"))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_the_generator_signs_the_facts_on_the_request(ring: dict[str, LoadedKey], algorithm: str) -> None:
    facts = access_facts(algorithm=algorithm, issued_at=datetime.now(UTC))
    token = generators.access_token(SimpleNamespace(access_token_facts=facts))
    assert jwt.get_unverified_header(token)["alg"] == algorithm
    assert verify(token, typ="at+jwt", audience="https://api.example.com") == access_token_claims(facts)


def test_the_generator_derives_the_present_generation() -> None:
    family = SimpleNamespace(id=UUID(int=5), generation=3, seed=memoryview(b"seed" * 8))
    token = generators.refresh_token(SimpleNamespace(refresh_family=family))
    assert token == derive(family=UUID(int=5), generation=3, seed=b"seed" * 8)
