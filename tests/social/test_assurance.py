"""What a sign-in through a provider is worth, and that it passes the same steps as every other."""

from typing import Any

import pytest

from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from sessions_app.assurance import AAL1, AAL2, acr_of, amr_of
from sessions_app.models import SsoSession
from tests.social.conftest import Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer

URI = "com.example.notes:/signed-in"
pytestmark = [pytest.mark.requirement("F27")]


@pytest.mark.parametrize(
    ("methods", "acr"),
    [
        (["fed"], AAL1),
        (["fed", "pwd"], AAL1),
        (["fed", "otp"], AAL2),
        (["fed", "sms"], AAL2),
        (["fed", "hwk"], AAL2),
    ],
)
def test_it_counts_as_something_known_whatever_the_provider_asked(methods: list[str], acr: str) -> None:
    assert acr_of(methods) == acr
    assert ("mfa" in amr_of(methods)) == (acr == AAL2)


@pytest.mark.requirement("H08", "H05")
def test_a_step_that_everybody_has_to_pass_is_asked_of_them_too(
    issuer: FakeIssuer, set_providers: SetProviders, server: None, settings: Any, browser: Browser
) -> None:
    set_providers(of_issuer(issuer, app_redirect_uris=[URI]))
    ensure_first_party_client()
    settings.LOGIN_STEPS = ["tests.social.second_step.EverybodysStep"]
    answer = browser.sign_in("acme", issuer, "a1", next="/account/")
    assert answer["Location"].startswith("/second/?login=")
    assert browser.client.get("/account/")["Location"].startswith("/login/")

    start = browser.client.post(
        "/api/auth/social/acme/start/", {"redirect_uri": URI}, content_type="application/json"
    ).json()
    came_back = {**issuer.approve(start["authorization_url"], "a1"), "session_id": start["session_id"]}
    refused = browser.client.post("/api/auth/social/acme/finish/", came_back, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "login_step_needed")
    assert "access_token" not in refused.json()
    assert SsoSession.objects.count() == 0
