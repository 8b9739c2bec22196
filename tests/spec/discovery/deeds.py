"""For each value that discovery may advertise, the deed that shows it is true.

A value without a deed fails the test: whoever adds one to the metadata writes here what it means.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jwt
from django.test import Client

from accounts_app.models import User
from sessions_app.models import SsoSession
from tests.oauth import CALLBACK, VERIFIER, decode, post
from tests.spec.discovery.world import SECRET, World
from tests.spec.rfc8628.devices import DEVICE_CODE, Television, decide

Deed = Callable[[World, str], None]
ENDPOINTS = {"token": "/o/token/", "revocation": "/o/revoke_token/", "introspection": "/o/introspect/"}


def gives_a_code(world: World, value: str) -> None:
    world.app("plain")
    assert set(world.answer_to("plain", response_type=value)) == {"code", "state", "iss"}


def answers_in_the_query(world: World, value: str) -> None:
    world.app("plain")
    answer = world.authorize("plain", response_mode=value)
    assert answer["Location"].startswith(f"{CALLBACK}?code=")


def answers_in_a_form(world: World, value: str) -> None:
    world.app("plain")
    page = world.authorize("plain", response_mode=value).content.decode()
    assert f'action="{CALLBACK}"' in page
    assert 'name="code"' in page


def redeems_a_code(world: World, value: str) -> None:
    world.app("plain")
    code = world.answer_to("plain")["code"]
    fields = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert world.post("/o/token/", "plain", grant_type=value, **fields).json()["access_token"]


def refreshes(world: World, value: str) -> None:
    world.app("plain")
    token = world.tokens("plain")["refresh_token"]
    assert world.post("/o/token/", "plain", grant_type=value, refresh_token=token).json()["refresh_token"]


def acts_for_itself(world: World, value: str) -> None:
    world.app("job", redirect_uris=[], scopes="read", grant_types=[value])
    assert world.post("/o/token/", "job", grant_type=value).json()["access_token"]


def signs_in_on_another_device(world: World, value: str) -> None:
    world.app("tv", redirect_uris=[], grant_types=[value])
    tv = Television(basic=("tv", SECRET))
    tv.ask()
    decide(world.browser, tv.codes["user_code"])
    assert tv.poll().json()["access_token"]


def authenticates_in_the_header(path: str) -> Deed:
    def deed(world: World, value: str) -> None:
        world.app("job", redirect_uris=[], scopes="read")
        assert world.post(path, "job", **_question(path)).status_code == 200

    return deed


def authenticates_in_the_body(path: str) -> Deed:
    def deed(world: World, value: str) -> None:
        world.app("job", redirect_uris=[], scopes="read")
        fields: dict[str, Any] = {"client_id": "job", "client_secret": SECRET, **_question(path)}
        assert post(world.http, path, **fields).status_code == 200

    return deed


def authenticates_by_its_id(path: str) -> Deed:
    def deed(world: World, value: str) -> None:
        world.app("public", is_public=True)
        answer = post(world.http, path, client_id="public", grant_type="refresh_token", token="x")
        # Past the authentication: what it then asks for is not good.
        assert answer.status_code == 200 or answer.json()["error"] != "invalid_client"

    return deed


def signs_id_tokens(world: World, value: str) -> None:
    world.app(f"signed-{value}", algorithm=value)
    token = world.tokens(f"signed-{value}")["id_token"]
    assert jwt.get_unverified_header(token)["alg"] == value


def asks_nothing(world: World, value: str) -> None:
    world.app("plain")
    assert "code" in world.answer_to("plain", prompt=value)


def leads_to(path: str) -> Deed:
    def deed(world: World, value: str) -> None:
        assert world.next_page(prompt=value).startswith(path)

    return deed


def gives_the_scope(world: World, value: str) -> None:
    scope = " ".join(dict.fromkeys(["openid", value]))
    world.app(f"for-{value}", scopes=scope)
    assert value in world.tokens(f"for-{value}", scope=scope)["scope"].split()


def tells_the_claim(world: World, value: str) -> None:
    scope = "openid profile email phone address"
    world.app("curious", scopes=scope)
    tokens = world.tokens("curious", scope=scope)
    told = world.userinfo(tokens["access_token"]) | decode(tokens["id_token"])
    assert value in told


def proves_the_code(world: World, value: str) -> None:
    world.app("plain")
    assert world.tokens("plain", code_challenge_method=value)["access_token"]


def tells_the_assurance(world: World, value: str) -> None:
    SsoSession.objects.update(acr=value)
    world.app("plain")
    assert decode(world.tokens("plain", acr_values=value)["id_token"])["acr"] == value


def is_the_same_person_to_every_app(world: World, value: str) -> None:
    subjects = set()
    for client_id in ("plain", "plainer"):
        world.app(client_id)
        subjects.add(decode(world.tokens(client_id)["id_token"])["sub"])
    assert subjects == {str(User.objects.get().sub)}


def tells_claims_themselves(world: World, value: str) -> None:
    world.app("plain")
    told = world.userinfo(world.tokens("plain", scope="openid profile")["access_token"])
    assert told["given_name"] == "Oyun"
    assert "_claim_sources" not in told


def speaks(world: World, value: str) -> None:
    page = Client().get("/signup/", headers={"Accept-Language": value}).content.decode()
    assert f'<html lang="{value}"' in page


def _question(path: str) -> dict[str, str]:
    return {"grant_type": "client_credentials"} if path == ENDPOINTS["token"] else {"token": "anything"}


def _methods(path: str) -> dict[str, Deed]:
    return {
        "client_secret_basic": authenticates_in_the_header(path),
        "client_secret_post": authenticates_in_the_body(path),
        "none": authenticates_by_its_id(path),
    }


PROMPTS: Mapping[str, Deed] = {
    "none": asks_nothing,
    "login": leads_to("/login/"),
    "consent": leads_to("/o/consent/"),
    "select_account": leads_to("/login/"),
    "create": leads_to("/signup/"),
}

# A deed for each value, or one for every value of a list that operators make.
DEEDS: dict[str, Mapping[str, Deed] | Deed] = {
    "response_types_supported": {"code": gives_a_code},
    "response_modes_supported": {"query": answers_in_the_query, "form_post": answers_in_a_form},
    "grant_types_supported": {
        "authorization_code": redeems_a_code,
        "refresh_token": refreshes,
        "client_credentials": acts_for_itself,
        DEVICE_CODE: signs_in_on_another_device,
    },
    **{f"{name}_endpoint_auth_methods_supported": _methods(path) for name, path in ENDPOINTS.items()},
    "id_token_signing_alg_values_supported": dict.fromkeys(
        ("RS256", "ES256", "EdDSA", "HS256"), signs_id_tokens
    ),
    "prompt_values_supported": PROMPTS,
    "scopes_supported": gives_the_scope,
    "claims_supported": tells_the_claim,
    "code_challenge_methods_supported": {"S256": proves_the_code},
    "acr_values_supported": {"aal1": tells_the_assurance, "aal2": tells_the_assurance},
    "subject_types_supported": {"public": is_the_same_person_to_every_app},
    "claim_types_supported": {"normal": tells_claims_themselves},
    "ui_locales_supported": speaks,
}
