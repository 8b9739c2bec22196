"""What comes back from a provider is believed only if it is right in every point (OIDC Core §3.1.3.7, RFC 9700)."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import OctKey

from accounts_app.models import User
from core_app.events import Event
from social_login_app.conf import conf
from tests.social.conftest import Browser, SetProviders, of_issuer
from tests.social.fake_issuer import CLIENT_SECRET, Claims, FakeIssuer, new_key

NewBrowser = Callable[[], Browser]
pytestmark = [pytest.mark.requirement("F27", "J03")]


def assert_refused(answer: Any, *, status: int = 400) -> None:
    """A page that says what to do, nobody signed in, and nothing of what the provider said."""
    assert answer.status_code == status
    text = answer.content.decode()
    assert "Start again" in text
    assert "the secret is in here" not in text
    assert User.objects.count() == 0


def test_every_request_carries_state_nonce_and_an_s256_challenge_of_its_own(
    acme: FakeIssuer, browser: Browser
) -> None:
    queries = [parse_qs(urlsplit(browser.leave("acme")).query) for _ in range(2)]
    for query in queries:
        assert query["redirect_uri"] == ["http://testserver/login/social/acme/callback/"]
        assert query["response_type"] == ["code"]
        assert query["code_challenge_method"] == ["S256"]
        assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    for name in ("state", "nonce", "code_challenge"):
        assert queries[0][name] != queries[1][name]


def test_an_answer_is_used_once(acme: FakeIssuer, browser: Browser) -> None:
    answer = acme.approve(browser.leave("acme"), "a1")
    assert browser.come_back("acme", answer).status_code == 303
    asked = len(acme.asked)
    assert browser.come_back("acme", answer).status_code == 400
    assert len(acme.asked) == asked


def test_an_answer_to_another_browser_is_refused_and_left_to_that_one(
    acme: FakeIssuer, new_browser: NewBrowser
) -> None:
    victim, attacker = new_browser(), new_browser()
    answer = acme.approve(attacker.leave("acme"), "attacker")
    assert_refused(victim.come_back("acme", answer))
    assert victim.person() is None
    assert attacker.come_back("acme", answer).status_code == 303


@pytest.mark.parametrize("state", ["", "made-up", "x" * 5000, "ü\x00"])
def test_an_unknown_state_is_refused(acme: FakeIssuer, browser: Browser, state: str) -> None:
    answer = acme.approve(browser.leave("acme"), "a1")
    assert_refused(browser.come_back("acme", {**answer, "state": state}))
    assert "/token" not in acme.paths()


def test_an_answer_that_comes_too_late_is_refused(acme: FakeIssuer, browser: Browser) -> None:
    answer = acme.approve(browser.leave("acme"), "a1")
    late = timezone.now() + timedelta(seconds=conf.SOCIAL_ATTEMPT_SECONDS + 1)
    with time_machine.travel(late):
        assert_refused(browser.come_back("acme", answer))


def test_without_a_code_nobody_is_asked(acme: FakeIssuer, browser: Browser) -> None:
    answer = acme.approve(browser.leave("acme"), "a1")
    assert_refused(browser.come_back("acme", {"state": answer["state"], "iss": answer["iss"]}))
    assert "/token" not in acme.paths()


@pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>alert(1)</script>"])
def test_a_no_is_said_kindly_and_the_attempt_is_over(acme: FakeIssuer, browser: Browser, error: str) -> None:
    answer = acme.approve(browser.leave("acme", next="/account/"), "a1")
    page = browser.come_back("acme", {"error": error, "state": answer["state"], "iss": answer["iss"]})
    assert_refused(page)
    assert error not in page.content.decode()
    assert "/login/?next=%2Faccount%2F" in page.content.decode()
    assert_refused(browser.come_back("acme", answer))


@pytest.mark.parametrize("iss", [None, "", "https://evil.example", "http://127.0.0.1:1"])
def test_an_answer_that_names_another_issuer_or_none_is_refused_before_the_code_is_sent(
    acme: FakeIssuer, browser: Browser, iss: str | None
) -> None:
    answer = acme.approve(browser.leave("acme"), "a1", iss=iss)
    assert_refused(browser.come_back("acme", answer))
    assert "/token" not in acme.paths()


def test_an_issuer_that_does_not_promise_its_name_may_leave_it_out(
    acme: FakeIssuer, browser: Browser
) -> None:
    acme.metadata["authorization_response_iss_parameter_supported"] = False
    answer = acme.approve(browser.leave("acme"), "a1", iss=None)
    assert browser.come_back("acme", answer).status_code == 303


def test_mix_up_an_answer_of_one_provider_is_nothing_to_another(
    issuer: FakeIssuer, other_issuer: FakeIssuer, set_providers: SetProviders, server: None, browser: Browser
) -> None:
    set_providers(of_issuer(issuer), of_issuer(other_issuer, id="evil", label="Evil"))
    honest = issuer.approve(browser.leave("acme"), "a1")
    # The browser was sent to the honest one, and its answer is brought to the callback of the other.
    assert_refused(browser.come_back("evil", honest))
    assert other_issuer.asked == []
    # The other way round: begun at the evil one, answered with a code of the honest one.
    begun = other_issuer.approve(browser.leave("evil"), "a1")
    assert_refused(browser.come_back("evil", {**begun, "code": honest["code"], "iss": honest["iss"]}))
    assert "/token" not in other_issuer.paths()


def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    acme: FakeIssuer, new_browser: NewBrowser
) -> None:
    victim, attacker = new_browser(), new_browser()
    stolen = acme.approve(victim.leave("acme"), "victim")
    own = acme.approve(attacker.leave("acme"), "attacker")
    assert_refused(attacker.come_back("acme", {**own, "code": stolen["code"]}))


def _without(name: str) -> Callable[[Claims], None]:
    return lambda claims: claims.__delitem__(name)


def _with(**changes: Any) -> Callable[[Claims], None]:
    return lambda claims: claims.update(changes)


@pytest.mark.parametrize(
    "change",
    [
        _without("iss"), _without("sub"), _without("aud"), _without("exp"), _without("iat"), _without("nonce"),
        _with(iss="https://evil.example"), _with(aud="somebody else"), _with(aud=["us", "another"]),
        _with(aud=["us", "another"], azp="another"), _with(azp="another"), _with(nonce="another"), _with(nonce=7),
        _with(exp=1), _with(exp="tomorrow"), _with(iat=9_999_999_999), _with(nbf=9_999_999_999),
        _with(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), _with(at_hash=7),
        _with(sub=""), _with(sub=7), _with(sub=None), _with(sub=["a1"]), _with(sub="x" * 256), _with(aud=7),
    ],
)  # fmt: skip
def test_an_id_token_that_is_wrong_in_a_single_point_is_refused(
    acme: FakeIssuer, browser: Browser, change: Callable[[Claims], None]
) -> None:
    acme.change_claims = change
    assert_refused(browser.sign_in("acme", acme, "a1"))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(claims: Claims) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def _signed_with_secret(claims: Claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))


def _signed_by_another_key(claims: Claims) -> str:
    key = new_key()
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


@pytest.mark.parametrize(
    "sign",
    [
        _unsigned, _signed_with_secret, _signed_by_another_key,
        lambda claims: "", lambda claims: "a.b", lambda claims: "é.é.é",
        lambda claims: f"{_part([])}.{_part(claims)}.x",
        lambda claims: f"{_part({'alg': 7, 'kid': 7})}.{_part(claims)}.x",
    ],
)  # fmt: skip
def test_an_id_token_that_the_issuer_did_not_sign_is_refused(
    acme: FakeIssuer, browser: Browser, sign: Callable[[Claims], str]
) -> None:
    acme.sign = sign
    assert_refused(browser.sign_in("acme", acme, "a1"))


def test_a_signature_by_the_same_kid_and_another_key_is_refused(acme: FakeIssuer, browser: Browser) -> None:
    other = new_key()
    acme.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": acme.key.kid}, claims, other)
    assert_refused(browser.sign_in("acme", acme, "a1"))


def test_an_issuer_may_change_its_key(acme: FakeIssuer, new_browser: NewBrowser) -> None:
    new_browser().sign_in("acme", acme, "a1")
    acme.key = new_key()
    # Made-up key ids do not make us ask all the time: the new key is found after a pause.
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert new_browser().sign_in("acme", acme, "a1").status_code == 303
    assert acme.paths().count("/jwks") == 2


@pytest.mark.parametrize(
    "change",
    [_without("id_token"), _without("access_token"), _with(id_token=7), _with(access_token=["x"])],
)
def test_a_token_response_without_its_tokens_is_refused(
    acme: FakeIssuer, browser: Browser, change: Callable[[Claims], None]
) -> None:
    acme.change_answer = change
    assert_refused(browser.sign_in("acme", acme, "a1"))


def test_userinfo_of_somebody_else_is_refused(acme: FakeIssuer, browser: Browser) -> None:
    acme.people["a1"] = {"sub": "somebody else", "email": "x@example.com", "email_verified": True}
    assert_refused(browser.sign_in("acme", acme, "a1"))


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"}, {"token_endpoint": None}, {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": 7}, {"authorization_endpoint": "javascript:alert(1)"},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    ],
)  # fmt: skip
def test_metadata_that_cannot_be_right_lead_nowhere(
    acme: FakeIssuer, browser: Browser, metadata: Claims
) -> None:
    acme.metadata = metadata
    answer = browser.client.get("/login/social/acme/", headers={"Sec-Fetch-Site": "same-origin"})
    if answer.status_code == 303:
        answer = browser.come_back("acme", acme.approve(answer["Location"], "a1"))
    assert_refused(answer)


def test_what_was_refused_is_in_the_record_without_secrets(
    acme: FakeIssuer, browser: Browser, events: list[Event]
) -> None:
    acme.change_claims = _with(nonce="another")
    answer = acme.approve(browser.leave("acme"), "a1")
    browser.come_back("acme", answer)
    refused = [event for event in events if event.name == "social.refused"]
    assert [(event.subject, event.reason, event.outcome) for event in refused] == [
        ("acme", "not_confirmed", "refused")
    ]
    assert answer["code"] not in repr(refused)
    browser.come_back("acme", answer)
    assert len([event for event in events if event.name == "social.refused"]) == 1
