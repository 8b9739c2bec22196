"""The basic and form_post plans: a code works once, and a refresh token is bound to its client."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.spec.conformance.relying_party import RelyingParty, bearer, checked_tokens

pytestmark = pytest.mark.requirement("feature:F06")
OFFLINE = "openid offline_access"


def assert_is_refused(answer: Any) -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "access_token" not in answer.json()
    assert "id_token" not in answer.json()


@pytest.mark.requirement("feature:F09", "B02")
def test_oidcc_codereuse(rp: RelyingParty) -> None:
    """The second use of a code is refused at once."""
    code = rp.authorize().code
    checked_tokens(rp.redeem(code))
    assert_is_refused(rp.redeem(code))


@pytest.mark.requirement("feature:F09", "B02")
def test_oidcc_codereuse_30seconds(rp: RelyingParty) -> None:
    """Thirty seconds later it is refused as well, and what the first use gave is worth nothing any more."""
    code = rp.authorize(scope=OFFLINE).code
    tokens = checked_tokens(rp.redeem(code))
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert_is_refused(rp.redeem(code))
        answer = rp.back_channel.get(rp.metadata["userinfo_endpoint"], headers=bearer(tokens))
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]
        assert_is_refused(refresh(rp, tokens))


@pytest.mark.requirement("feature:F03", "C01", "C07", "D08")
def test_oidcc_refresh_token(rp: RelyingParty, other_rp: RelyingParty) -> None:
    """A refresh token works for its own client only, and the new ID token tells of the same sign-in."""
    assert "refresh_token" in rp.metadata["grant_types_supported"]
    first = rp.sign_in(scope=OFFLINE, prompt="consent")
    assert_is_refused(refresh(other_rp, first.tokens))
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        tokens = checked_tokens(refresh(rp, first.tokens))
        identity = rp.verify(tokens, nonce=None)
    assert tokens["access_token"] != first.tokens["access_token"]
    assert set(tokens["scope"].split()) == set(OFFLINE.split())
    unchanged = ("iss", "sub", "aud", "auth_time", "acr", "sid")
    assert {name: identity[name] for name in unchanged} == {name: first.identity[name] for name in unchanged}
    assert identity["iat"] > first.identity["iat"]
    assert rp.userinfo(tokens, identity["sub"])
    assert_is_refused(rp.call_token_endpoint(grant_type="refresh_token", refresh_token="none of yours"))


def refresh(rp: RelyingParty, tokens: dict[str, Any]) -> Any:
    return rp.call_token_endpoint(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
