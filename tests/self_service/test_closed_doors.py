"""An account that its owner has closed is refused at every door, as if nobody had ever had it where that must not show.

Doors of other services' sign-ins are in `tests/social/test_disabled.py`, with the same demands.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts_app.identifiers import mask_email, mask_phone
from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application
from messaging_app.gateways import memory
from sessions_app.models import SsoSession
from tests.addresses import unused_address
from tests.mfa import pages as mfa
from tests.mfa.key import SoftKey
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser, exchange, introspect, post, refresh
from tests.self_service.leaving import close
from tests.spec.rfc8628.devices import DEVICE_CODE, Television, decide

pytestmark = pytest.mark.requirement("F28", "I04")

EMAIL = "oyun@example.com"
CHANGING = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|data-seconds="\d+"|"session_id": ?"[^"]+"')


@dataclass(frozen=True)
class Identity:
    """What somebody types in to sign in."""

    phone: str
    email: str


CLOSED = Identity(PHONE, EMAIL)
UNKNOWN = Identity("+97688112266", "nobody@example.com")


def new_client() -> Client:
    """A browser at an address of its own: nobody's failures count for another."""
    return Client(REMOTE_ADDR=unused_address())


def post_json(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, json.dumps(fields), content_type="application/json")


def by_phone(client: Client, who: Identity) -> list[Any]:
    return [client.post("/login/", {"phone": who.phone, "password": PASSWORD})]


def by_email(client: Client, who: Identity) -> list[Any]:
    return [client.post("/login/email/", {"email": who.email, "password": PASSWORD})]


def by_code(client: Client, who: Identity) -> list[Any]:
    return [
        client.post("/login/code/", {"phone": who.phone}),
        client.get("/login/code/verify/"),
        client.post("/login/code/verify/", {"code": "111111"}),
    ]


def reset_by_sms(client: Client, who: Identity) -> list[Any]:
    return [
        client.post("/password/forgot/", {"phone": who.phone}),
        client.get("/password/forgot/verify/"),
        client.post("/password/forgot/verify/", {"code": "11111111"}),
    ]


def reset_by_email(client: Client, who: Identity) -> list[Any]:
    return [
        client.post("/password/forgot/email/", {"email": who.email}),
        client.get("/password/forgot/email/verify/"),
        client.post("/password/forgot/email/verify/", {"code": "11111111"}),
    ]


def json_by_email(client: Client, who: Identity) -> list[Any]:
    return [post_json(client, "/api/auth/login/", email=who.email, password=PASSWORD)]


def json_sso(client: Client, who: Identity) -> list[Any]:
    return [post_json(client, "/api/v1/sso/login", mobile_number=who.phone, password=PASSWORD)]


def json_reset_by_email(client: Client, who: Identity) -> list[Any]:
    return [post_json(client, "/api/auth/password/forgot/", email=who.email)]


DOORS = [
    by_phone,
    by_email,
    by_code,
    reset_by_sms,
    reset_by_email,
    json_by_email,
    json_sso,
    json_reset_by_email,
]


@pytest.fixture
def closed(browser_of_somebody: OAuthBrowser, somebody: User) -> User:
    """Somebody who has just closed their account."""
    ensure_first_party_client()
    assert close(browser_of_somebody.client).status_code == 200
    memory.clear()
    return somebody


def seen(answers: list[Any], who: Identity) -> list[tuple[int, str, str]]:
    """What a stranger can tell apart."""
    words = {
        who.phone: "PHONE",
        who.email: "EMAIL",
        mask_phone(who.phone): "PHONE",
        mask_email(who.email): "EMAIL",
    }

    def plain(answer: Any) -> str:
        text = CHANGING.sub("", answer.content.decode())
        for word, stand_in in words.items():
            text = text.replace(word, stand_in)
        return text

    return [(answer.status_code, answer.headers.get("Location", ""), plain(answer)) for answer in answers]


@pytest.mark.requirement("G11")
@pytest.mark.usefixtures("all_fours")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_closed_account_is_refused_with_the_answers_of_an_unknown_one(
    closed: User, door: Callable[[Client, Identity], list[Any]]
) -> None:
    of_closed, of_unknown = (seen(door(new_client(), who), who) for who in (CLOSED, UNKNOWN))
    assert of_closed == of_unknown
    assert not memory.delivered
    assert not SsoSession.objects.filter(user=closed, ended_at__isnull=True).exists()


def test_the_json_flow_of_the_phone_refuses_the_right_password_as_a_wrong_one(closed: User) -> None:
    answers = []
    for password in (PASSWORD, "wrong password"):
        app = new_client()
        begun = post_json(app, "/api/register/", mobile_number=PHONE).json()
        answer = post_json(app, "/api/login/", session_id=begun["session_id"], password=password)
        answers.append((answer.status_code, answer.json()))
    assert answers[0] == answers[1]
    assert answers[0][0] >= 400
    assert "access_token" not in answers[0][1]


def test_a_code_and_a_reset_begun_before_the_end_are_worthless_after_it(
    browser_of_somebody: OAuthBrowser, somebody: User
) -> None:
    memory.clear()
    under_way, resetting = new_client(), new_client()
    under_way.post("/login/code/", {"phone": PHONE})
    code = memory.delivered[-1].text.split("#")[1].split()[0]
    resetting.post("/password/forgot/", {"phone": PHONE})
    other_code = memory.delivered[-1].text.split("#")[1].split()[0]
    close(browser_of_somebody.client)
    under_way.post("/login/code/verify/", {"code": code})
    resetting.post("/password/forgot/verify/", {"code": other_code})
    resetting.post("/password/forgot/new/", {"password": "nine purple umbrellas"})
    for client in (under_way, resetting):
        assert client.get("/account/").status_code == 303
    assert User.objects.get(pk=somebody.pk).password == somebody.password
    assert not SsoSession.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.requirement("H04")
def test_a_passkey_of_a_closed_account_opens_nothing(browser_of_somebody: OAuthBrowser) -> None:
    key = mfa.add_passkey(browser_of_somebody.client, SoftKey())
    close(browser_of_somebody.client)
    visitor = new_client()
    asked = visitor.post("/login/passkey/options/").json()
    assert visitor.post("/login/passkey/", key.get(asked)).status_code == 400
    assert visitor.get("/account/").status_code == 303


@pytest.mark.requirement("B11")
def test_codes_tokens_and_devices_from_before_are_refused_by_every_endpoint(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str]
) -> None:
    create_client(name="Telly", client_id="tv", is_public=True, grant_types=[DEVICE_CODE, "refresh_token"])
    tokens = browser_of_somebody.tokens(scope="openid offline_access")
    television = Television()
    television.ask()
    decide(browser_of_somebody, television.codes["user_code"])
    code = browser_of_somebody.code(scope="openid")
    copied = new_client()
    copied.cookies.update(browser_of_somebody.client.cookies)
    close(browser_of_somebody.client)

    assert exchange(new_client(), code).json()["error"] == "invalid_grant"
    assert refresh(new_client(), tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert television.error() in {"access_denied", "expired_token", "invalid_grant"}
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert introspect(new_client(), token, api) == {"active": False}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert new_client().get("/o/userinfo/", headers=bearer).status_code == 401
    assert new_client().get("/api/auth/profile/", headers=bearer).status_code == 401
    assert copied.get("/account/").status_code == 303
    assert copied.get("/api/auth/sessions/").status_code == 401
    assert (
        OAuthBrowser(copied)
        .authorize(prompt="none")["Location"]
        .startswith(f"{CALLBACK}?error=login_required")
    )
    waiting = Television()
    waiting.ask()
    assert copied.post("/o/device/", {"user_code": waiting.codes["user_code"]}).status_code == 303
    assert waiting.error() == "authorization_pending"


@pytest.mark.requirement("B11")
def test_a_first_party_token_from_before_changes_nothing_any_more(
    closed: User, api: tuple[str, str], browser_of_another: OAuthBrowser
) -> None:
    answer = post(new_client(), "/o/token/", grant_type="password", username=PHONE, password=PASSWORD)
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.json()
