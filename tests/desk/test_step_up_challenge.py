"""Our own APIs say when a sign-in is too weak or too old for what is asked (RFC 9470)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core_app.caller import Caller
from custom_scopes_and_policies_app.bearer import AccessToken, require_access_token
from custom_scopes_and_policies_app.endpoints.call import Call
from custom_scopes_and_policies_app.errors import InsufficientScope, InsufficientUserAuthentication
from custom_scopes_and_policies_app.models import Application, PolicyLevel, Scope
from custom_scopes_and_policies_app.scopes import forget_catalogue
from tests.oauth import PHONE, OAuthBrowser


def call_with(token: str, *, later: int = 0) -> Call:
    now = timezone.now() + timedelta(seconds=later)
    headers = {"authorization": f"Bearer {token}"}
    return Call("GET", headers, "", b"", Caller(), received_at=now, now=now)


@pytest.fixture
def token(browser_of_somebody: OAuthBrowser, app: Application) -> str:
    return str(browser_of_somebody.tokens(scope="openid phone write")["access_token"])


@pytest.mark.requirement("feature:F14")
def test_more_assurance_is_asked_for_in_the_challenge(token: str) -> None:
    with pytest.raises(InsufficientUserAuthentication) as refused:
        require_access_token(call_with(token), scope="write", acr="aal2")
    assert refused.value.status == 401
    challenge = refused.value.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="aal2"' in challenge
    assert "max_age" not in challenge


@pytest.mark.requirement("feature:F14")
def test_a_sign_in_that_is_too_old_is_told_how_old_it_may_be(token: str) -> None:
    assert require_access_token(call_with(token, later=30), scope="write", max_age=60).scopes
    with pytest.raises(InsufficientUserAuthentication) as refused:
        require_access_token(call_with(token, later=120), scope="write", max_age=60)
    challenge = refused.value.headers["WWW-Authenticate"]
    assert 'max_age="60"' in challenge
    assert "acr_values" not in challenge


@pytest.mark.requirement("feature:F14")
def test_a_token_without_a_sign_in_is_never_young_enough(token: str) -> None:
    claims = {"scope": "write", "client_id": "job"}
    assert AccessToken(claims).scopes == {"write"}
    with pytest.raises(InsufficientScope):
        require_access_token(call_with(token), scope="admin", max_age=60)


@pytest.mark.requirement("F52")
@pytest.mark.parametrize("who", ["approval", "scope", "level"])
def test_what_a_scope_or_level_insists_on_counts_for_tokens_given_before(token: str, who: str) -> None:
    assert "phone" in require_access_token(call_with(token), scope="phone").scopes
    if who == "approval":
        Scope.objects.filter(name="phone").update(approval=Scope.Approval.STEP_UP)
    elif who == "scope":
        Scope.objects.filter(name="phone").update(required_acr="aal2")
    else:
        PolicyLevel.objects.filter(scope__name="phone").update(required_acr="aal2")
    forget_catalogue()
    with pytest.raises(InsufficientUserAuthentication):
        require_access_token(call_with(token), scope="phone")
    assert "write" in require_access_token(call_with(token), scope="write").scopes


@pytest.mark.requirement("F52")
def test_userinfo_does_not_tell_what_wants_a_second_factor_and_asks_for_one_where_it_must(
    token: str,
) -> None:
    Scope.objects.filter(name="phone").update(approval=Scope.Approval.STEP_UP)
    forget_catalogue()
    answer = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code == 200
    assert "phone_number" not in answer.json()
    assert PHONE[-4:] not in answer.content.decode()
    Scope.objects.filter(name="openid").update(required_acr="aal2")
    forget_catalogue()
    refused = Client().get("/o/userinfo/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert refused.status_code == 401
    assert refused.json()["error"] == "insufficient_user_authentication"
    assert 'acr_values="aal2"' in refused["WWW-Authenticate"]
    assert "sub" not in refused.json()
