"""Apps that answer nonsense, and apps whose tokens are signed with a secret of theirs."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from joserfc import jws
from pytest_django import Settings

from custom_scopes_and_policies_app.backchannel import deliver_due
from custom_scopes_and_policies_app.models import Application, LogoutNotice
from tests.fake_app import FakeApp
from tests.oauth import OAuthBrowser
from tests.signed_apps import signed_app

pytestmark = [pytest.mark.requirement("I07", "feature:F13")]
State = LogoutNotice.State


@pytest.fixture(autouse=True)
def worker(settings: Settings) -> None:
    """A worker delivers, and the test is the worker. Apps on this machine may be called in development only."""
    settings.MESSAGING_DELIVERY = "celery"
    settings.DEBUG = True


@pytest.mark.requirement("E02")
@pytest.mark.parametrize(
    "when",
    [
        "Mon, 01 Jan 99999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +9999999999999999",
        "Mon, 99999999999999999999 Jan 2024 00:00:00 GMT",
        "-1",
        "soon",
    ],
)
def test_an_app_that_says_nonsense_is_asked_again_as_usual_and_holds_nobody_up(
    browser_of_somebody: OAuthBrowser, told_app: Application, listener: FakeApp, when: str
) -> None:
    listener.script.append(503)
    listener.headers["Retry-After"] = when
    browser_of_somebody.tokens()
    browser_of_somebody.client.post("/logout/")
    assert deliver_due() == 1
    notice = LogoutNotice.objects.get()
    assert (notice.state, notice.last_status) == (State.WAITING, 503)
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        assert deliver_due() == 1
    notice.refresh_from_db()
    assert notice.state == State.DELIVERED


def test_an_app_that_checks_with_its_secret_is_told_under_its_secret(
    browser_of_somebody: OAuthBrowser, listener: FakeApp
) -> None:
    shared = signed_app("HS256")
    Application.objects.filter(pk=shared.application.pk).update(backchannel_logout_uri=listener.url)
    id_token = shared.tokens(browser_of_somebody)["id_token"]
    browser_of_somebody.client.post("/logout/")
    assert deliver_due() == 1
    header = jws.extract_compact(listener.received[0]["logout_token"].encode()).headers()
    assert header["alg"] == "HS256"
    assert header["kid"] == jws.extract_compact(id_token.encode()).headers()["kid"]
