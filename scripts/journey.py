"""Owns the steps of the demonstration, in order: what is sent, what must come back, what must not."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any

import jwt

from scripts.live_server import LiveServer
from scripts.walk import REDIRECTS, StepFailed, Walk, fail, form_with, location_of, query_of, target_of

PHONE = "88112233"
PASSWORD = "a quiet walk by the river"  # noqa: S105  (of a person who exists for seconds)
CLIENT_ID = "demo"
API_CLIENT_ID = "demo-api"
SCOPES = "openid profile email phone offline_access read"
UNTICKED = "email"
LEVELLED = "profile"


class Journey:
    """One person's browser, the app they sign in to, and what the app has been given so far."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.browser = Walk(server.url)
        self.app = Walk(server.url)
        self.redirect_uri = f"{server.url}/demo/callback/"
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)
        self.nonce = secrets.token_urlsafe(16)
        self.page: Any = None
        self.code = ""
        self.level = ""
        self.tokens: dict[str, Any] = {}
        self.superseded = ""

    def authorize_parameters(self) -> dict[str, str]:
        """A fresh authorization request of the app."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPES,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }

    def api_credentials(self) -> tuple[str, str]:
        """The confidential client with which a resource server asks about tokens."""
        return API_CLIENT_ID, self.server.environment["DEMO_API_SECRET"]

    def ask_tokens(self, **parameters: str) -> dict[str, Any]:
        """A request of the app to the token endpoint that must succeed."""
        answer = self.app.post("/o/token/", expect=200, data={"client_id": CLIENT_ID, **parameters})
        if "no-store" not in answer.headers.get("cache-control", ""):
            fail("a token answer may be stored by caches")
        tokens: dict[str, Any] = answer.json()
        return tokens

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token after its signature was checked against the published keys."""
        keys = jwt.PyJWKSet.from_dict(self.app.http.get("/.well-known/jwks.json").json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        decoded: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], issuer=self.server.url, options={"verify_aud": False}
        )
        return decoded


def expect(is_right: bool, message: str) -> None:
    """End the walk with this message unless it is so."""
    if not is_right:
        raise StepFailed(message)


def app_sends_the_person_to_sign_in(journey: Journey) -> None:
    """The app sends the person to /o/authorize/ with a PKCE challenge; nobody is signed in yet."""
    answer = journey.browser.get("/o/authorize/", expect=REDIRECTS, params=journey.authorize_parameters())
    login = journey.browser.follow(answer)
    link = re.search(r'href="(/signup/[^"]*)"', login.text)
    expect(link is not None, "the log-in page has no link to sign up")
    journey.page = journey.browser.get(link[1].replace("&amp;", "&") if link else "", expect=200)


def sign_up_with_a_number(journey: Journey) -> None:
    """Sign up: the phone number."""
    journey.page = journey.browser.follow(journey.browser.submit(journey.page, {"phone": PHONE}))


def prove_the_number(journey: Journey) -> None:
    """The code, read from the message that was sent; a wrong one is refused first."""
    inbox = Walk(journey.server.url).get("/dev/inbox/", expect=200, params={"format": "json"})
    messages = inbox.json()["messages"]
    expect(bool(messages), "no message was sent")
    right = messages[0]["code"]
    expect(re.fullmatch("[0-9]{6}", right) is not None, "the newest message has no six-digit code")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    journey.page = journey.browser.submit(journey.page, {"code": wrong}, expect=400)
    journey.page = journey.browser.follow(journey.browser.submit(journey.page, {"code": right}))


def choose_a_password(journey: Journey) -> None:
    """A password; only now does the account exist."""
    journey.page = journey.browser.follow(journey.browser.submit(journey.page, {"password": PASSWORD}))


def fill_in_the_profile(journey: Journey) -> None:
    """The profile, then back to the authorization request."""
    fields = {"given_name": "Saruul", "family_name": "Demo", "email": "saruul@example.com"}
    back = journey.browser.submit(journey.page, fields)
    consent = journey.browser.follow(back, expect=REDIRECTS)
    journey.page = journey.browser.follow(consent)


def consent_to_less(journey: Journey) -> None:
    """Consent: one optional scope unticked, another level chosen for one."""
    page = journey.page
    form = form_with(page, {"request", "scope", f"level-{LEVELLED}"})
    offered = [item.value for item in form.fields if item.name == f"level-{LEVELLED}" and not item.checked]
    expect(bool(offered), f"the consent page offers no other level for {LEVELLED}")
    journey.level = offered[0]
    kept = [
        (name, value)
        for name, value in form.data()
        if (name, value) != ("scope", UNTICKED)
        and name not in {f"level-{LEVELLED}", f"level-{UNTICKED}", "decision"}
    ]
    chosen = [(f"level-{LEVELLED}", journey.level), ("decision", "allow")]
    answer = journey.browser.post(target_of(page, form), expect=303, data=[*kept, *chosen])
    url = location_of(answer)
    while url.startswith(f"{journey.server.url}/o/"):
        url = location_of(journey.browser.get(url, expect=REDIRECTS))
    _take_code(journey, url)


def _take_code(journey: Journey, url: str) -> None:
    expect(
        url.startswith(journey.redirect_uri),
        f"the browser was sent to {url.split('?')[0]}, not back to the app",
    )
    given = query_of(url)
    expect(given.get("state") == journey.state, "state did not come back unchanged")
    expect(given.get("iss") == journey.server.url, "iss is missing or not the issuer (RFC 9207)")
    expect(bool(given.get("code")), "no code came back")
    journey.code = given["code"]


def exchange_the_code(journey: Journey) -> None:
    """Code and verifier become tokens."""
    request = {
        "grant_type": "authorization_code",
        "code": journey.code,
        "redirect_uri": journey.redirect_uri,
        "code_verifier": journey.verifier,
    }
    journey.tokens = journey.ask_tokens(**request)
    claims = journey.claims(journey.tokens["access_token"])
    expect(UNTICKED not in claims["scope"].split(), f"{UNTICKED} was unticked but is in the token")
    expect(
        claims["policies"].get(LEVELLED) == journey.level, f"the token does not carry the level of {LEVELLED}"
    )
    expect(bool(claims.get("sid")), "the access token has no sid")
    identity = journey.claims(journey.tokens["id_token"])
    expect(identity.get("nonce") == journey.nonce, "the ID token has another nonce")
    expect(identity.get("sid") == claims["sid"], "ID token and access token name different sessions")
    shown = {name: claims[name] for name in ("sub", "scope", "policies", "sid", "acr", "amr")}
    print(f"   signature good; the access token says {shown}")


def read_userinfo(journey: Journey) -> None:
    """Userinfo: what was allowed, and nothing of what was not."""
    bearer = {"Authorization": f"Bearer {journey.tokens['access_token']}"}
    person = journey.app.get("/o/userinfo/", expect=200, headers=bearer).json()
    expect(person.get("name") == "Saruul Demo", "userinfo lacks the name")
    expect("•" in str(person.get("phone_number", "")), "the phone number is told whole, not at its level")
    expect("email" not in person, "userinfo tells the e-mail address although its scope was unticked")


def introspect(journey: Journey) -> None:
    """A resource server asks about the access token."""
    facts = _introspection(journey)
    expect(facts.get("active") is True, "the token is not active")
    expect(facts.get("client_id") == CLIENT_ID, "introspection names another app")
    expect(facts.get("policies", {}).get(LEVELLED) == journey.level, "introspection lacks the policy level")


def refresh(journey: Journey) -> None:
    """The refresh token is exchanged for the next one."""
    journey.superseded = journey.tokens["refresh_token"]
    journey.tokens = _refreshed(journey, journey.superseded)
    expect(journey.tokens["refresh_token"] != journey.superseded, "the refresh token was not replaced")


def refresh_again_with_the_old_one(journey: Journey) -> None:
    """The answer got lost: the old refresh token, at once, gives the very same successor."""
    again = _refreshed(journey, journey.superseded)
    expect(again["refresh_token"] == journey.tokens["refresh_token"], "the repetition forked the family")
    journey.tokens = again


def revoke(journey: Journey) -> None:
    """The app gives its access back."""
    token = journey.tokens["refresh_token"]
    journey.app.post("/o/revoke_token/", expect=200, data={"client_id": CLIENT_ID, "token": token})


def introspect_again(journey: Journey) -> None:
    """Nothing is left of it: the access token is inactive, the refresh token refused."""
    expect(_introspection(journey) == {"active": False}, "the access token outlived its revocation")
    data = {
        "grant_type": "refresh_token",
        "refresh_token": journey.tokens["refresh_token"],
        "client_id": CLIENT_ID,
    }
    refusal = journey.app.post("/o/token/", expect=400, data=data).json()
    expect(
        refusal.get("error") == "invalid_grant",
        "a revoked refresh token gets another error than invalid_grant",
    )


def log_out(journey: Journey) -> None:
    """Log out; afterwards the app asks quietly and is told that somebody has to sign in."""
    page = journey.browser.get("/logout/", expect=200)
    journey.browser.submit(page, {"csrfmiddlewaretoken": _csrf(page)})
    quiet = {**journey.authorize_parameters(), "prompt": "none"}
    answer = journey.browser.get("/o/authorize/", expect=REDIRECTS, params=quiet)
    error = query_of(location_of(answer)).get("error")
    expect(error == "login_required", f"after logging out the quiet request got {error!r}")


def _refreshed(journey: Journey, token: str) -> dict[str, Any]:
    return journey.ask_tokens(grant_type="refresh_token", refresh_token=token)


def _introspection(journey: Journey) -> dict[str, Any]:
    answer = journey.app.post(
        "/o/introspect/",
        expect=200,
        data={"token": journey.tokens["access_token"]},
        auth=journey.api_credentials(),
    )
    facts: dict[str, Any] = answer.json()
    return facts


def _csrf(page: Any) -> str:
    form = form_with(page, {"csrfmiddlewaretoken"})
    return dict(form.data())["csrfmiddlewaretoken"]


STEPS: list[Callable[[Journey], None]] = [
    app_sends_the_person_to_sign_in,
    sign_up_with_a_number,
    prove_the_number,
    choose_a_password,
    fill_in_the_profile,
    consent_to_less,
    exchange_the_code,
    read_userinfo,
    introspect,
    refresh,
    refresh_again_with_the_old_one,
    revoke,
    introspect_again,
    log_out,
]
