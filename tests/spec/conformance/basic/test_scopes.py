"""The basic and form_post plans: each standard scope brings all of its claims at userinfo, none in the ID token."""

from typing import Any

import pytest

from accounts_app.claims import CLAIMS_BY_SCOPE
from tests.oauth import PHONE
from tests.spec.conformance.conftest import ADDRESS, PROFILE
from tests.spec.conformance.relying_party import RelyingParty

pytestmark = pytest.mark.requirement("feature:F06", "D07")
EMAIL = {"email": "oyun@example.com", "email_verified": True}
NUMBER = {"phone_number": PHONE, "phone_number_verified": True}


def claims_of(rp: RelyingParty, scope: str) -> dict[str, Any]:
    """What userinfo says to these scopes; the ID token is shown to say nothing of it (OIDC Core §5.4)."""
    sign_in = rp.sign_in(scope=f"openid {scope}")
    claims = rp.userinfo(sign_in.tokens, sign_in.identity["sub"])
    assert claims.keys() - {"sub", "policies"} == {
        claim for name in scope.split() for claim in CLAIMS_BY_SCOPE[name]
    }
    assert not sign_in.identity.keys() & {claim for names in CLAIMS_BY_SCOPE.values() for claim in names}
    return claims


def test_oidcc_scope_profile(rp: RelyingParty) -> None:
    """`profile` brings the fourteen claims of OIDC Core §5.4, each of its type."""
    claims = claims_of(rp, "profile")
    assert claims.items() >= PROFILE.items()
    assert isinstance(claims["updated_at"], int)


def test_oidcc_scope_email(rp: RelyingParty) -> None:
    """`email` brings the address, and whether it was verified as a boolean."""
    assert claims_of(rp, "email").items() >= EMAIL.items()


def test_oidcc_scope_address(rp: RelyingParty) -> None:
    """`address` brings the members of OIDC Core §5.1.1."""
    assert claims_of(rp, "address")["address"] == ADDRESS


def test_oidcc_scope_phone(rp: RelyingParty) -> None:
    """`phone` brings the number in E.164, and whether it was verified as a boolean."""
    assert claims_of(rp, "phone").items() >= NUMBER.items()


def test_oidcc_scope_all(rp: RelyingParty) -> None:
    """All four scopes together bring all of it."""
    claims = claims_of(rp, "address email phone profile")
    assert claims.items() >= {**PROFILE, **EMAIL, **NUMBER}.items()
    assert claims["address"] == ADDRESS
