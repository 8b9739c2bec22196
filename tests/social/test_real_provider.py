"""Against a certified OpenID Provider that is not ours: node-oidc-provider, with its own pages and rules."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from accounts_app.models import User
from tests.social import provider
from tests.social.conftest import ADDRESS, Browser, SetProviders

REDIRECT_URI = "http://testserver/login/social/node/callback/"
CLIENT = {"client_id": "us", "client_secret": "s3cret", "redirect_uris": [REDIRECT_URI]}
PEOPLE = {"oyun": {"email": ADDRESS, "email_verified": True, "name": "Oyun Bat"}, "bat": {"name": "Bat"}}
pytestmark = [
    pytest.mark.requirement("F27", "J03"),
    provider.NEEDS_NODE,
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider.running(client=CLIENT, people=PEOPLE) as url:
        yield url


@pytest.fixture(autouse=True)
def providers(issuer: str, set_providers: SetProviders, server: None) -> None:
    set_providers(
        {
            "id": "node", "kind": "oidc", "issuer": issuer, "trusts_email": True,
            "client_id": CLIENT["client_id"], "client_secret": CLIENT["client_secret"],
        }
    )  # fmt: skip


class ProviderPages:
    """A person at the provider's own pages, with the cookies it sets."""

    def approve(self, authorization_url: str, person: str) -> dict[str, str]:
        with httpx.Client(timeout=120) as pages:
            answer = pages.get(authorization_url)
            for _ in range(12):
                if answer.is_redirect:
                    target = urljoin(str(answer.url), answer.headers["Location"])
                    if target.startswith(REDIRECT_URI):
                        return dict(parse_qsl(urlsplit(target).query))
                    answer = pages.get(target)
                else:
                    answer = self._fill_in(pages, answer, person)
        raise AssertionError("the way back does not come")

    def _fill_in(self, pages: httpx.Client, page: httpx.Response, person: str) -> httpx.Response:
        action = re.search(r'action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', page.text)
        assert action is not None, page.text
        assert prompt is not None, page.text
        form = {"prompt": prompt[1], "login": person, "password": "any"}
        return pages.post(urljoin(str(page.url), action[1]), data=form)


@pytest.fixture
def pages() -> ProviderPages:
    return ProviderPages()


def test_somebody_signs_in_there_and_is_signed_in_here(browser: Browser, pages: ProviderPages) -> None:
    answer = browser.sign_in("node", pages, "oyun", next="/account/")
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    person = browser.person()
    assert person is not None
    assert (person.name, person.email_identifier) == ("Oyun Bat", ADDRESS)


def test_the_account_with_the_same_verified_address_is_opened(
    browser: Browser, pages: ProviderPages, owner: User
) -> None:
    browser.sign_in("node", pages, "oyun")
    assert browser.person() == owner


def test_whoever_is_signed_in_is_asked_again_there(browser: Browser, pages: ProviderPages) -> None:
    browser.sign_in("node", pages, "bat")
    first = browser.session()
    assert browser.sign_in("node", pages, "bat").status_code == 303
    again = browser.session()
    assert first is not None
    assert again is not None
    assert (again.sid, again.auth_time > first.auth_time) == (first.sid, True)


def test_a_code_is_worth_nothing_in_another_browsers_attempt(pages: ProviderPages) -> None:
    victim, attacker = Browser(), Browser()
    stolen = pages.approve(victim.leave("node"), "oyun")
    own = pages.approve(attacker.leave("node"), "bat")
    assert attacker.come_back("node", {**own, "code": stolen["code"]}).status_code == 400
    assert User.objects.count() == 0
