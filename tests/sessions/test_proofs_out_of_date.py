"""What was proven for a sign-in counts only while the account is as it was then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from accounts_app.services import deactivate, save_new_password, set_password, with_new_password
from core_app.caller import Caller
from custom_scopes_and_policies_app.models import Application, RefreshToken
from sessions_app import pending as pending_logins
from sessions_app.browser import browser_binding
from sessions_app.login import LoginGone, complete_for_app, prove
from sessions_app.models import SsoSession
from sessions_app.pending import PendingLogin
from tests.oauth import PASSWORD, PHONE, OAuthBrowser

pytestmark = pytest.mark.requirement("C13", "I04")
NEW = "nine purple umbrellas"


class SecondProof:
    """A step like any other: asks for one more proof."""

    name = "second"

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        return "otp" not in pending.methods

    def url(self, pending: PendingLogin) -> str:
        return f"/second/{pending.pending_id}/"


def new_password(person: User) -> None:
    fresh = User.objects.get(pk=person.pk)
    assert save_new_password(user=with_new_password(user=fresh, password=NEW))


def set_by_operator(person: User) -> None:
    set_password(user=User.objects.get(pk=person.pk), password=NEW)


def shut(person: User) -> None:
    deactivate(user=User.objects.get(pk=person.pk))


CHANGES = pytest.mark.parametrize("change", [new_password, set_by_operator, shut])


@CHANGES
def test_an_app_whose_person_changed_after_the_proof_gets_nothing(
    somebody: User, first_party: Application, change: Callable[[User], None]
) -> None:
    # The password was right a moment ago: the sign-in goes on with the person as read then.
    change(somebody)
    with pytest.raises(LoginGone):
        complete_for_app(user=somebody, methods=["pwd"], binding="ab" * 32, caller=Caller())
    assert not SsoSession.objects.exists()
    assert not RefreshToken.objects.exists()


@CHANGES
def test_a_sign_in_that_waits_for_its_second_proof_is_over_with_the_old_password(
    somebody: User, stranger: OAuthBrowser, settings: Settings, change: Callable[[User], None]
) -> None:
    settings.LOGIN_STEPS = [f"{__name__}.SecondProof"]
    waiting = stranger.sign_in(PHONE, PASSWORD)["Location"].split("/")[2]
    change(somebody)
    request = request_of(stranger.client)
    pending = pending_logins.load(waiting, binding=browser_binding(request))
    assert pending is not None
    with pytest.raises(LoginGone):
        prove(request, user=User.objects.get(pk=somebody.pk), methods=["otp"], next_url="/", pending=pending)
    assert not SsoSession.objects.exists()


def test_a_sign_in_that_waits_goes_on_when_nothing_changed(
    somebody: User, stranger: OAuthBrowser, settings: Settings
) -> None:
    settings.LOGIN_STEPS = [f"{__name__}.SecondProof"]
    waiting = stranger.sign_in(PHONE, PASSWORD)["Location"].split("/")[2]
    request = request_of(stranger.client)
    pending = pending_logins.load(waiting, binding=browser_binding(request))
    assert prove(request, user=somebody, methods=["otp"], next_url="/", pending=pending) == "/"
    session = SsoSession.objects.get()
    assert (session.acr, session.user_id) == ("aal2", somebody.pk)
    somebody.refresh_from_db()
    assert somebody.last_login is not None
    assert timezone.now() - somebody.last_login < timedelta(minutes=1)


def request_of(browser: Client) -> HttpRequest:
    """A request as that browser would send it."""
    request: HttpRequest = browser.get("/login/").wsgi_request
    request.COOKIES.update({name: morsel.value for name, morsel in browser.cookies.items()})
    return request
