"""RFC 8707 with RFC 8628: a device says whom its tokens are for, and may only say what its app may have."""

import pytest

from custom_scopes_and_policies_app.models import Application, DeviceAuthorization
from tests.oauth import OAuthBrowser, decode, post, refresh
from tests.spec.rfc8628.devices import ASK, Television, decide

pytestmark = pytest.mark.requirement("feature:F04", "feature:F08")

NOTES = "https://notes.example/api"
PHOTOS = "https://photos.example/api"


@pytest.fixture
def two_resources(tv_app: Application) -> None:
    tv_app.audiences = f"{NOTES} {PHOTOS}"
    tv_app.save()


@pytest.mark.usefixtures("two_resources")
def test_tokens_are_for_the_resource_the_device_asked_for(
    tv: Television, browser_of_somebody: OAuthBrowser
) -> None:
    tv.ask(resource=NOTES)
    decide(browser_of_somebody, tv.codes["user_code"])
    tokens = tv.poll().json()
    assert decode(tokens["access_token"])["aud"] == NOTES
    renewed = refresh(tv.http, tokens["refresh_token"], client_id="tv").json()
    assert decode(renewed["access_token"])["aud"] == NOTES
    widened = refresh(tv.http, renewed["refresh_token"], client_id="tv", resource=PHOTOS)
    assert widened.json()["error"] == "invalid_target"


@pytest.mark.usefixtures("two_resources")
def test_a_poll_may_name_less_and_not_more_and_a_wrong_one_uses_nothing_up(
    tv: Television, browser_of_somebody: OAuthBrowser
) -> None:
    tv.ask()
    decide(browser_of_somebody, tv.codes["user_code"])
    assert tv.error(resource="https://elsewhere.example/") == "invalid_target"
    assert decode(tv.poll(resource=PHOTOS).json()["access_token"])["aud"] == PHOTOS


@pytest.mark.parametrize("resource", ["https://elsewhere.example/", "not a uri", f"{NOTES}#part"])
@pytest.mark.usefixtures("two_resources")
def test_a_resource_that_the_app_may_not_have_gets_no_codes(tv: Television, resource: str) -> None:
    answer = post(tv.http, ASK, client_id="tv", resource=resource)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_target"
    assert not DeviceAuthorization.objects.exists()
