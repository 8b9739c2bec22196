"""GitHub: no ID token, user names that change hands, several addresses of which some are nobody's."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts_app.models import User
from social_login_app.models import SocialIdentity
from tests.social.conftest import ADDRESS, Browser, SetProviders, of_github
from tests.social.fake_github import FakeGitHub

NewBrowser = Callable[[], Browser]
MAIN = {"email": ADDRESS, "primary": True, "verified": True}
pytestmark = [pytest.mark.requirement("F27")]


@pytest.fixture(autouse=True)
def providers(github: FakeGitHub, set_providers: SetProviders, server: None) -> None:
    set_providers(of_github(github))


def test_whoever_comes_first_gets_an_account(github: FakeGitHub, browser: Browser) -> None:
    github.accounts["oyun"] = {"id": 4711, "name": "Oyun Bat", "emails": [MAIN]}
    answer = browser.sign_in("github", github, "oyun")
    assert answer.status_code == 303
    person = browser.person()
    assert person is not None
    assert (person.name, person.email_identifier) == ("Oyun Bat", ADDRESS)
    identity = SocialIdentity.objects.get()
    assert (identity.issuer, identity.subject, identity.label) == (github.url, "4711", "oyun")


@pytest.mark.requirement("J01")
def test_a_user_name_that_somebody_else_has_by_now_opens_nothing(
    github: FakeGitHub, new_browser: NewBrowser
) -> None:
    first, second = new_browser(), new_browser()
    github.accounts["oyun"] = {"id": 1}
    first.sign_in("github", github, "oyun")
    github.accounts["oyun"] = {"id": 2}
    second.sign_in("github", github, "oyun")
    assert first.person() != second.person()


@pytest.mark.requirement("J02")
@pytest.mark.parametrize(
    "emails",
    [
        [],
        [{**MAIN, "verified": False}],
        [{**MAIN, "primary": False}],
        [{"email": "other@example.com", "primary": True, "verified": True}, {**MAIN, "primary": False}],
        [{**MAIN, "verified": "yes"}],
        {"message": "odd"},
        ["odd"],
    ],
)
def test_only_a_verified_primary_address_joins_an_account(
    github: FakeGitHub, owner: User, browser: Browser, emails: Any
) -> None:
    github.accounts["oyun"] = {"id": 4711, "email": ADDRESS, "emails": emails}
    browser.sign_in("github", github, "oyun")
    assert browser.person() not in {None, owner}


@pytest.mark.requirement("J02")
def test_a_verified_primary_address_joins_the_account_that_has_verified_it(
    github: FakeGitHub, owner: User, browser: Browser
) -> None:
    github.accounts["oyun"] = {"id": 4711, "emails": [MAIN]}
    browser.sign_in("github", github, "oyun")
    assert browser.person() == owner


@pytest.mark.parametrize("number", [None, "4711", 0, True, -1])
def test_an_account_without_its_number_is_nobody(github: FakeGitHub, browser: Browser, number: Any) -> None:
    github.accounts["oyun"] = {"id": number}
    assert browser.sign_in("github", github, "oyun").status_code == 400
    assert browser.person() is None


@pytest.mark.requirement("J03")
def test_an_error_that_is_said_under_200_is_an_error(github: FakeGitHub, browser: Browser) -> None:
    github.accounts["oyun"] = {"id": 1}
    answer = github.approve(browser.leave("github"), "oyun")
    assert browser.come_back("github", {**answer, "code": "made-up"}).status_code == 400
    assert browser.person() is None


@pytest.mark.requirement("J03")
def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    github: FakeGitHub, new_browser: NewBrowser
) -> None:
    github.accounts |= {"oyun": {"id": 1}, "attacker": {"id": 2}}
    victim, attacker = new_browser(), new_browser()
    stolen = github.approve(victim.leave("github"), "oyun")
    own = github.approve(attacker.leave("github"), "attacker")
    assert attacker.come_back("github", {**own, "code": stolen["code"]}).status_code == 400
    assert attacker.person() is None


@pytest.mark.requirement("J03")
def test_an_answer_that_names_another_issuer_is_refused(github: FakeGitHub, browser: Browser) -> None:
    github.accounts["oyun"] = {"id": 1}
    for iss, status in (("https://evil.example", 400), (f"{github.url}/login/oauth", 303)):
        answer = github.approve(browser.leave("github"), "oyun", iss=iss)
        assert browser.come_back("github", answer).status_code == status
