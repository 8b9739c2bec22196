"""OpenID Connect Core §5.5: claims asked for one by one."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, Grant
from tests.oauth import OAuthBrowser, decode, refresh


def claims(**places: Any) -> str:
    return json.dumps(places)


def userinfo(token: str) -> dict[str, Any]:
    header: Any = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    return dict(Client().get("/o/userinfo/", **header).json())


@pytest.mark.requirement("feature:F06")
def test_5_5_a_claim_without_its_scope_is_asked_for_on_the_consent_page(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    asked = {"scope": "openid", "claims": claims(userinfo={"name": {"essential": True}})}
    location = browser_of_somebody.authorize(**asked)["Location"]
    page = browser_of_somebody.client.get(location).content.decode()
    assert 'id="scope-profile"' in page
    assert 'id="scope-email"' not in page
    tokens = browser_of_somebody.tokens(consent={"level-profile": "full"}, **asked)
    assert tokens["scope"] == "openid profile"
    assert userinfo(tokens["access_token"])["name"] == "Oyun Bat"
    assert "name" not in decode(tokens["id_token"])


@pytest.mark.requirement("feature:F06", "D07")
def test_5_5_a_claim_whose_scope_is_unticked_is_not_released(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    asked = claims(userinfo={"email": {"essential": True}}, id_token={"email": {"essential": True}})
    tokens = browser_of_somebody.tokens(scope="openid", claims=asked, consent={"scope": ["openid"]})
    assert tokens["scope"] == "openid"
    assert "email" not in decode(tokens["id_token"])
    assert "email" not in userinfo(tokens["access_token"])


@pytest.mark.requirement("K02", "D07")
def test_5_5_1_a_claim_in_the_id_token_has_the_level_that_was_chosen(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    asked = claims(id_token={"phone_number": None, "given_name": None, "family_name": None})
    tokens = browser_of_somebody.tokens(claims=asked)
    identity = decode(tokens["id_token"])
    assert identity["phone_number"].endswith("33")
    assert "+97699112233" not in str(identity)
    assert identity["given_name"] == "Oyun"
    assert "family_name" not in identity
    assert "phone_number_verified" not in identity
    again = decode(refresh(Client(), tokens["refresh_token"]).json()["id_token"])
    assert again["given_name"] == "Oyun"
    narrower = refresh(Client(), tokens["refresh_token"], scope="openid").json()
    assert "given_name" not in decode(narrower["id_token"])


@pytest.mark.requirement("D07")
def test_5_4_claims_of_scopes_stay_out_of_the_id_token(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    tokens = browser_of_somebody.tokens(consent={"level-phone": "full", "level-profile": "full"})
    assert not {"phone_number", "name", "given_name"} & decode(tokens["id_token"]).keys()
    assert userinfo(tokens["access_token"])["phone_number"] == "+97699112233"


def test_5_5_unknown_claims_members_and_places_are_ignored(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    asked = claims(
        userinfo={"http://example.info/claims/groups": None, "name#ja": None},
        id_token={
            "iss": {"value": "https://evil.example"},
            "aud": None,
            "shoe_size": {"essential": True, "x": 1},
        },
        verified_claims={"deep": [1]},
    )
    tokens = browser_of_somebody.tokens(scope="openid", claims=asked)
    assert tokens["scope"] == "openid"
    identity = decode(tokens["id_token"])
    assert identity["iss"] == "http://testserver"
    assert "shoe_size" not in identity


@pytest.mark.requirement("B07")
def test_a_claim_does_not_bring_a_scope_the_app_may_not_have(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    app.allowed_scopes = "openid"
    app.save()
    tokens = browser_of_somebody.tokens(
        scope="openid", claims=claims(userinfo={"email": {"essential": True}})
    )
    assert tokens["scope"] == "openid"
    assert "email" not in userinfo(tokens["access_token"])


def test_claims_without_openid_mean_nothing(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    tokens = browser_of_somebody.tokens(scope="read", claims=claims(userinfo={"email": None}))
    assert tokens["scope"] == "read"
    assert "id_token" not in tokens


BAD = {
    "not JSON": "{not json",
    "NUL inside": r'{"userinfo": {"email": {"values": ["\u0000"]}}}',
    "half a surrogate pair": r'{"userinfo": {"email": {"values": ["\ud800"]}}}',
    "a number beyond all numbers": '{"userinfo": {"email": {"value": 1e400}}}',
    "not an object": "[]",
    "a text": '"userinfo"',
    "a number for NaN": '{"userinfo":{"email":{"value":NaN}}}',
    "a member twice": '{"userinfo":{"email":null,"email":null}}',
    "a list as place": '{"userinfo":[]}',
    "a text as claim": '{"userinfo":{"email":"yes"}}',
    "a list as claim": '{"id_token":{"email":[]}}',
    "essential as text": '{"userinfo":{"email":{"essential":"true"}}}',
    "essential as number": '{"userinfo":{"email":{"essential":1}}}',
    "values as text": '{"id_token":{"acr":{"values":"aal1"}}}',
    "no values": '{"id_token":{"acr":{"values":[]}}}',
    "a number as sub": '{"id_token":{"sub":{"value":5}}}',
    "null as sub": '{"id_token":{"sub":{"value":null}}}',
    "too deep": '{"userinfo":{"a":{"value":' + "[" * 20 + "]" * 20 + "}}}",
    "far too deep": '{"userinfo":' + "[" * 950 + "]" * 950 + "}",
    "too many": json.dumps({"userinfo": {f"c{number}": None for number in range(60)}}),
    "too long": json.dumps({"userinfo": {"x" * 4000: None}}),
}


@pytest.mark.requirement("L07")
@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_5_5_a_bad_claims_parameter_is_an_invalid_request(
    browser_of_somebody: OAuthBrowser, app: Application, text: str
) -> None:
    answer = browser_of_somebody.authorize(claims=text)
    assert answer.status_code == 303
    assert "error=invalid_request" in answer["Location"]
    assert "claims+parameter" in answer["Location"]
    assert "code=" not in answer["Location"]
    assert not Grant.objects.exists()


@pytest.mark.requirement("A11")
def test_5_5_1_the_person_that_sub_names_is_answered_about(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    browser_of_somebody.code(scope="openid")
    right = claims(id_token={"sub": {"value": str(somebody.sub)}})
    assert "code=" in browser_of_somebody.authorize(scope="openid", claims=right, prompt="none")["Location"]
    several = claims(userinfo={"sub": {"values": ["nobody", str(somebody.sub)]}})
    assert "code=" in browser_of_somebody.authorize(scope="openid", claims=several, prompt="none")["Location"]


@pytest.mark.requirement("A11")
@pytest.mark.parametrize("place", ["id_token", "userinfo"])
def test_5_5_1_another_person_than_sub_names_is_login_required(
    browser_of_somebody: OAuthBrowser, app: Application, place: str
) -> None:
    browser_of_somebody.code(scope="openid")
    other = claims(**{place: {"sub": {"value": "somebody-else"}}})
    silent = browser_of_somebody.authorize(scope="openid", claims=other, prompt="none")
    assert "error=login_required" in silent["Location"]
    assert "code=" not in silent["Location"]
    shown = browser_of_somebody.authorize(scope="openid", claims=other)
    assert shown["Location"].startswith("/login/")


def test_a_sub_and_a_hint_of_different_people_are_refused(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    hint = browser_of_somebody.tokens()["id_token"]
    answer = browser_of_somebody.authorize(
        id_token_hint=hint, claims=claims(id_token={"sub": {"value": "somebody-else"}})
    )
    assert "error=invalid_request" in answer["Location"]


def test_discovery_says_that_the_parameter_is_understood(app: Application) -> None:
    document = Client().get("/.well-known/openid-configuration").json()
    assert document["claims_parameter_supported"] is True
    assert document["response_modes_supported"] == ["query", "form_post"]
