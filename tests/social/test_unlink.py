"""Taking a provider off an account: by its owner, never the last way in, and whoever had it is out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts_app.models import User
from core_app.events import Event
from social_login_app.conf import conf
from social_login_app.models import SocialIdentity
from tests.social.conftest import ADDRESS, Browser, SetProviders, of_issuer
from tests.social.fake_issuer import FakeIssuer

NewBrowser = Callable[[], Browser]
pytestmark = [pytest.mark.requirement("F27")]


def url_of(identity: SocialIdentity) -> str:
    return f"/account/social/{identity.pk}/disconnect/"


@pytest.mark.requirement("J04", "H07")
def test_what_is_taken_off_opens_the_account_no_more_and_whoever_used_it_is_out(
    acme: FakeIssuer, owner: User, new_browser: NewBrowser, events: list[Event]
) -> None:
    mine, theirs = new_browser(), new_browser()
    mine.sign_in_by_password()
    mine.connect("acme", acme, "a1")
    theirs.sign_in("acme", acme, "a1")
    assert theirs.person() == owner
    under_way = acme.approve(new := theirs.leave("acme"), "a1")
    assert new
    url = url_of(SocialIdentity.objects.get())
    assert "Disconnect Acme?" in " ".join(mine.client.get(url).content.decode().split())
    assert SocialIdentity.objects.exists()
    answer = mine.client.post(url)
    assert (answer.status_code, answer["Location"]) == (303, "/account/social/")

    assert mine.person() == owner
    assert theirs.person() is None
    theirs.come_back("acme", under_way)
    assert theirs.person() != owner
    assert [event.user_id for event in events if event.name == "social.unlinked"] == [owner.pk]
    told = [letter.subject for letter in mail.outbox if "Acme" in letter.subject]
    assert [subject.split(" signs you in")[0] for subject in told] == ["Acme now", "Acme no longer"]
    assert {tuple(letter.to) for letter in mail.outbox} == {(ADDRESS,)}
    assert mine.client.post(url).status_code == 404


def test_the_last_way_in_cannot_be_taken_off(acme: FakeIssuer, browser: Browser) -> None:
    browser.sign_in("acme", acme, "a1")
    url = url_of(SocialIdentity.objects.get())
    for answer, status in ((browser.client.get(url), 200), (browser.client.post(url), 409)):
        assert answer.status_code == status
        assert "the only way you can sign in" in answer.content.decode()
    assert SocialIdentity.objects.count() == 1


def test_one_of_two_can_be_taken_off_but_not_when_the_other_is_disabled(
    issuer: FakeIssuer, other_issuer: FakeIssuer, set_providers: SetProviders, server: None, browser: Browser
) -> None:
    other = of_issuer(other_issuer, id="beta")
    set_providers(of_issuer(issuer), other)
    browser.sign_in("acme", issuer, "a1")
    browser.connect("beta", other_issuer, "b2")
    first = SocialIdentity.objects.get(subject="a1")
    set_providers(of_issuer(issuer), {**other, "enabled": False})
    assert browser.client.post(url_of(first)).status_code == 409
    set_providers(of_issuer(issuer), other)
    assert browser.client.post(url_of(first)).status_code == 303
    assert [identity.subject for identity in SocialIdentity.objects.all()] == ["b2"]


def test_somebody_elses_does_not_exist(acme: FakeIssuer, owner: User, new_browser: NewBrowser) -> None:
    theirs, mine = new_browser(), new_browser()
    theirs.sign_in("acme", acme, "b2")
    mine.sign_in_by_password()
    url = url_of(SocialIdentity.objects.get())
    assert (mine.client.get(url).status_code, mine.client.post(url).status_code) == (404, 404)
    assert new_browser().client.post(url)["Location"].startswith("/login/")
    assert SocialIdentity.objects.count() == 1


@pytest.mark.requirement("H07")
def test_taking_off_wants_a_sign_in_that_is_fresh(acme: FakeIssuer, owner: User, browser: Browser) -> None:
    browser.sign_in_by_password()
    browser.connect("acme", acme, "a1")
    url = url_of(SocialIdentity.objects.get())
    with time_machine.travel(timezone.now() + timedelta(seconds=conf.SOCIAL_FRESH_SECONDS + 5)):
        assert "prompt=login" in browser.client.post(url)["Location"]
    assert SocialIdentity.objects.exists()
