"""Our own apps sign people in by JSON, without a consent page: they get what that sign-in has proven enough for."""

from typing import Any

import pytest

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.first_party import AccountRefused, ensure_first_party_client
from custom_scopes_and_policies_app.models import Application, PolicyLevel, RefreshToken, Scope
from custom_scopes_and_policies_app.scopes import forget_catalogue
from sessions_app.login import complete_for_app
from sessions_app.models import SsoSession
from tests.oauth import decode

BINDING = "b" * 64


@pytest.fixture
def own_app(server: None) -> Application:
    client = ensure_first_party_client()
    client.allowed_scopes = "openid phone write offline_access"
    client.save()
    forget_cached_clients()
    return client


def sign_in(person: User, *methods: str) -> dict[str, Any]:
    return dict(complete_for_app(user=person, methods=methods, binding=BINDING, caller=Caller()))


@pytest.mark.requirement("F50", "F52")
def test_the_highest_level_is_the_highest_that_was_proven_enough_for(
    somebody: User, own_app: Application
) -> None:
    PolicyLevel.objects.filter(scope__name="phone", value="full").update(required_acr="aal2")
    forget_catalogue()
    assert decode(sign_in(somebody, "pwd")["access_token"])["policies"] == {"phone": "masked"}
    assert decode(sign_in(somebody, "pwd", "sms")["access_token"])["policies"] == {"phone": "full"}


@pytest.mark.requirement("F52")
@pytest.mark.parametrize(
    ("rule", "after_password", "after_both"),
    [
        ({"approval": Scope.Approval.STEP_UP}, False, True),
        ({"required_acr": "aal2"}, False, True),
        ({"approval": Scope.Approval.ALWAYS}, False, False),
        ({"approval": Scope.Approval.AUTOMATIC}, True, True),
    ],
)
def test_a_scope_that_nobody_can_be_asked_for_here_is_left_out(
    somebody: User, own_app: Application, rule: dict[str, str], after_password: bool, after_both: bool
) -> None:
    Scope.objects.filter(name="write").update(**rule)
    forget_catalogue()
    assert ("write" in sign_in(somebody, "pwd")["scope"].split()) is after_password
    assert ("write" in sign_in(somebody, "pwd", "sms")["scope"].split()) is after_both


@pytest.mark.requirement("B11", "F52")
def test_an_app_that_wants_a_second_factor_gives_no_tokens_without_one(
    somebody: User, own_app: Application
) -> None:
    own_app.required_acr = "aal2"
    own_app.save()
    forget_cached_clients()
    with pytest.raises(AccountRefused) as refused:
        sign_in(somebody, "pwd")
    assert (refused.value.status, refused.value.detail) == (403, "assurance_too_low")
    assert "assurance" not in str(refused.value.message)
    assert not SsoSession.objects.exists()
    assert not RefreshToken.objects.exists()
    assert "access_token" in sign_in(somebody, "pwd", "sms")


@pytest.mark.requirement("B11")
def test_a_country_the_app_is_not_for_gets_nothing_by_json_either(
    somebody: User, own_app: Application
) -> None:
    own_app.allowed_countries = "IE"
    own_app.save()
    forget_cached_clients()
    with pytest.raises(AccountRefused) as refused:
        sign_in(somebody, "pwd")
    assert refused.value.detail == "country_not_allowed"
    assert not RefreshToken.objects.exists()
