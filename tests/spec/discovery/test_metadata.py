"""OIDC Discovery §3, RFC 8414: everything advertised works, everything not advertised is refused (D12)."""

import json

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Scope
from tests.oauth import CALLBACK, OAuthBrowser
from tests.spec.discovery.deeds import DEEDS
from tests.spec.discovery.refusals import REFUSALS
from tests.spec.discovery.world import World

OIDC = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
# Members that are true or false by themselves; each has a test of its own below.
FLAGS = {
    "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
    "authorization_response_iss_parameter_supported",
    # Done in tests/spec/backchannel_logout and tests/spec/frontchannel_logout.
    "backchannel_logout_supported", "backchannel_logout_session_supported",
    "frontchannel_logout_supported", "frontchannel_logout_session_supported",
}  # fmt: skip

pytestmark = pytest.mark.requirement("D12")


@pytest.fixture
def world(browser_of_somebody: OAuthBrowser, somebody: User) -> World:
    for name in ("middle_name", "nickname", "preferred_username", "gender"):
        setattr(somebody, name, "something")
    for name in ("profile", "picture", "website"):
        setattr(somebody, name, "https://oyun.example/")
    somebody.birthdate, somebody.zoneinfo, somebody.locale = "1990-01-02", "Asia/Ulaanbaatar", "mn"
    somebody.address = {"country": "MN"}
    somebody.save()
    return World(browser_of_somebody, Client(enforce_csrf_checks=True))


def test_no_member_is_without_its_test(server: None) -> None:
    document = Client().get(OIDC).json()
    lists = {name for name, value in document.items() if isinstance(value, list)}
    assert lists - set(DEEDS) == set()
    flags = {name for name, value in document.items() if isinstance(value, bool)}
    assert flags - FLAGS == set()
    addresses = {name for name, value in document.items() if isinstance(value, str)}
    assert {name for name in addresses - {"issuer"} if not name.endswith(("_endpoint", "_uri"))} == set()


@pytest.mark.parametrize("member", DEEDS)
def test_what_is_advertised_can_be_done(world: World, member: str) -> None:
    deeds = DEEDS[member]
    advertised = world.metadata()[member]
    assert advertised
    assert len(advertised) == len(set(advertised))
    for value in advertised:
        deed = deeds if callable(deeds) else deeds.get(value)
        assert deed is not None, f"{member}: {value} has no deed"
        deed(world, value)


@pytest.mark.parametrize("member", REFUSALS)
def test_what_is_not_advertised_is_refused(world: World, member: str) -> None:
    values, refusal = REFUSALS[member]
    unadvertised = [value for value in values if value not in world.metadata()[member]]
    assert unadvertised
    for value in unadvertised:
        refusal(world, value)


def test_every_endpoint_is_there(world: World) -> None:
    document = world.metadata()
    for name, address in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert address.startswith("http://testserver/"), name
            answer = world.http.get(address.removeprefix("http://testserver"))
            assert answer.status_code != 404, name


def test_the_flags_are_true(world: World) -> None:
    document = world.metadata()
    assert document["authorization_response_iss_parameter_supported"] is True
    world.app("plain")
    assert world.answer_to("plain")["iss"] == document["issuer"]
    assert document["request_parameter_supported"] is False
    assert world.refusal(request="eyJ") == "request_not_supported"
    assert document["request_uri_parameter_supported"] is False
    assert world.refusal(request_uri="https://notes.example/r") == "request_uri_not_supported"
    wish = json.dumps({"userinfo": {"nickname": {"essential": True}}})
    tokens = world.tokens("plain", scope="openid", claims=wish)
    told = world.userinfo(tokens["access_token"])
    assert ("nickname" in told) is document["claims_parameter_supported"]


def test_both_documents_are_one_and_the_issuer_is_where_they_are(server: None) -> None:
    first, second = Client().get(OIDC), Client().get(OAUTH)
    assert first.content == second.content
    assert first["Content-Type"] == "application/json"
    assert first.json()["issuer"] == "http://testserver"
    for path in (OIDC, OAUTH):
        assert Client().get(f"/o{path}").content == first.content


@pytest.mark.requirement("login:F13")
def test_no_header_of_a_request_gets_into_the_document(server: None) -> None:
    plain = Client().get(OIDC).content
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    assert Client().get(OIDC, headers=headers).content == plain
    assert b"evil.example" not in Client().get(OIDC, headers={"Host": "evil.example"}).content


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("path", [OIDC, OAUTH, "/.well-known/jwks.json"])
def test_a_document_is_cached_by_its_tag_and_costs_no_statement(server: None, path: str) -> None:
    first = Client().get(path)
    assert first["Cache-Control"].startswith("public, max-age=")
    with CaptureQueriesContext(connection) as queries:
        again = Client().get(path, headers={"If-None-Match": first["ETag"]})
        other = Client().get(path, headers={"If-None-Match": '"another"'})
    assert len(queries) == 0
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (other.status_code, other.content) == (200, first.content)
    assert Client().head(path).status_code == 200
    refused = Client().post(path)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db(transaction=True)
def test_what_operators_change_is_in_the_next_document(server: None) -> None:
    before = Client().get(OIDC)
    scope = Scope.objects.get(name="email")
    scope.claims = ["email_verified"]
    scope.save()
    Scope.objects.create(name="calendar", label="Your calendar")
    after = Client().get(OIDC)
    assert "email" not in after.json()["claims_supported"]
    assert "calendar" in after.json()["scopes_supported"]
    assert after["ETag"] != before["ETag"]


def test_what_the_operator_tells_developers_is_named_when_set(server: None) -> None:
    names = {"service_documentation", "op_policy_uri", "op_tos_uri"}
    assert not names & set(Client().get(OIDC).json())
    with override_settings(
        SERVICE_DOCUMENTATION_URL="https://dev.example", OP_POLICY_URL=CALLBACK, OP_TERMS_URL=CALLBACK
    ):
        document = Client().get(OIDC).json()
    assert document["service_documentation"] == "https://dev.example"
    assert document["op_policy_uri"] == document["op_tos_uri"] == CALLBACK
