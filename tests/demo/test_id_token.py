"""The demonstration checks its ID token: one that is wrong in a single point is refused."""

import time
from typing import Any

import pytest

from demo_app import server as line
from demo_app.id_token import BadIdToken, verify
from jwt_app.claims import half_hash
from jwt_app.signing import sign
from tests.oauth import OAuthBrowser

ACCESS_TOKEN = "a.b.c"


def id_token(*, leave_out: str = "", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": "http://testserver",
        "sub": "somebody",
        "aud": "demo",
        "iat": now,
        "exp": now + 60,
        "nonce": "n-1",
        "at_hash": half_hash(ACCESS_TOKEN, "RS256"),
        **changes,
    }
    return sign({name: value for name, value in claims.items() if name != leave_out}, typ="JWT")


def check(token: str) -> dict[str, Any]:
    return verify(token, metadata=line.discover(), nonce="n-1", access_token=ACCESS_TOKEN)


@pytest.mark.requirement("feature:F06")
def test_a_good_one_gives_its_claims(demo: OAuthBrowser) -> None:
    assert check(id_token())["sub"] == "somebody"


@pytest.mark.requirement("J03", "D03")
@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"leave_out": "nonce"},
        {"aud": "notes"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_000_000_000},
        {"leave_out": "exp"},
        {"leave_out": "sub"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_one_that_is_wrong_in_a_single_point_is_refused(demo: OAuthBrowser, changes: dict[str, Any]) -> None:
    token = id_token(**changes)
    with pytest.raises(BadIdToken):
        check(token)


@pytest.mark.requirement("D03")
def test_a_changed_signature_is_refused(demo: OAuthBrowser) -> None:
    head, body, signature = id_token().split(".")
    changed = ("B" if signature[0] == "A" else "A") + signature[1:]
    with pytest.raises(BadIdToken):
        check(f"{head}.{body}.{changed}")


@pytest.mark.requirement("D03")
@pytest.mark.parametrize("token", ["", "x", "e30.e30.e30", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
def test_what_no_key_signed_is_refused(demo: OAuthBrowser, token: str) -> None:
    with pytest.raises(BadIdToken):
        check(token)
