"""Recovery and first sign-ins many at once, by page and JSON: one code sets one password, one identity makes one
account. In threads on the database of this run; the servers of the other races would show nothing more.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from messaging_app.gateways import memory
from obligations_app.models import OAuthTokenLog
from otp_app.models import OtpChallenge
from sessions_app.models import SsoSession
from social_login_app.models import SocialIdentity
from tests.email_auth.pages import last_code
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.phone_auth.pages import PASSWORD, RESET, RESET_PASSWORD, RESET_VERIFY, codes_sent_to
from tests.social.conftest import Browser, forgetful, github, of_github, set_providers
from tests.social.fake_github import FakeGitHub

__all__ = ["forgetful", "github", "set_providers", "shared_database"]
pytestmark = [pytest.mark.race, pytest.mark.usefixtures("at_once_delivered", "shared_database")]

AT_ONCE = 8
PHONE = "+97699117744"
EMAIL = "race@example.com"


@pytest.fixture
def at_once_delivered(settings: Any, server: None) -> None:
    """Messages arrive before the answer does."""
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()


def somebody_here() -> None:
    create_person(
        phone=PHONE, password=PASSWORD, phone_proven_at=timezone.now(),
        email=EMAIL, email_identifier=EMAIL, email_verified_at=timezone.now(),
    )  # fmt: skip


def twins(client: Client, count: int) -> list[Client]:
    """The same browser in so many windows, whose requests leave at one moment."""
    made = [Client(REMOTE_ADDR=f"10.30.0.{number}") for number in range(count)]
    for each in made:
        each.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    return made


def posted(client: Client, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, fields)
    return answer.status_code, answer.headers.get("Location", "")


def told(event: str) -> int:
    return in_thread(OAuthTokenLog.objects.filter(event=event, outcome="success").count)


def nobody_is_signed_in() -> bool:
    return not in_thread(SsoSession.objects.exists)


@pytest.mark.requirement("login:F12", "R18", "C13")
def test_one_reset_code_typed_in_eight_windows_gives_one_proof_and_one_password() -> None:
    in_thread(somebody_here)
    first = Client(REMOTE_ADDR="10.30.1.1")
    assert in_thread(partial(posted, first, RESET, phone=PHONE))[0] == 303
    windows = twins(first, AT_ONCE)
    code = codes_sent_to(PHONE)[-1]
    answers = at_once([partial(posted, window, RESET_VERIFY, code=code) for window in windows])
    assert {status for status, _where in answers} <= {303, 400, 429}
    assert told("otp.verified") == 1
    proven = [window for window in windows if in_thread(partial(_asks_for_password, window))]
    assert len(proven) == 1
    choosing = twins(proven[0], AT_ONCE)
    posts = [
        partial(posted, each, RESET_PASSWORD, password=f"{PASSWORD} {number}")
        for number, each in enumerate(choosing)
    ]
    done = at_once(posts)
    assert sum(where.startswith("/login/") for _status, where in done) == 1, done
    assert told("password.changed") == 1
    assert nobody_is_signed_in()
    winner = next(number for number, (_status, where) in enumerate(done) if where.startswith("/login/"))
    person = in_thread(lambda: User.objects.get(phone=PHONE))
    assert person.check_password(f"{PASSWORD} {winner}")


def _asks_for_password(window: Client) -> bool:
    return window.get(RESET_PASSWORD).status_code == 200


@pytest.mark.requirement("login:F12", "R18")
def test_one_reset_by_json_finished_eight_times_at_once_sets_one_password() -> None:
    def ask() -> str:
        somebody_here()
        return str(call("forgot", email=EMAIL).json()["session_id"])

    def call(step: str, **fields: str) -> Any:
        return Client(REMOTE_ADDR="10.30.2.1").post(
            f"/api/auth/password/{step}/", fields, content_type="application/json"
        )

    session, code = in_thread(ask), last_code(EMAIL)
    finish: list[Callable[[], int]] = [
        lambda number=number: (
            call(  # type: ignore[misc]
                "reset", session_id=session, code=code, password=f"{PASSWORD} {number}"
            ).status_code
        )
        for number in range(AT_ONCE)
    ]
    statuses = at_once(finish)
    assert statuses.count(204) == 1, statuses
    assert set(statuses) <= {204, 400, 409, 429}
    assert told("password.changed") == 1
    assert in_thread(lambda: max(OtpChallenge.objects.values_list("attempts", flat=True))) <= 3
    assert nobody_is_signed_in()


@pytest.mark.requirement("F27", "J06", "J01")
def test_one_identity_that_comes_back_in_eight_browsers_at_once_makes_one_account(
    github: FakeGitHub, set_providers: Callable[..., None]
) -> None:
    set_providers(of_github(github))
    github.accounts["bat"] = {"id": 4711, "name": "Bat", "emails": []}
    browsers = [Browser() for _each in range(AT_ONCE)]
    away = in_thread(lambda: [browser.leave("github") for browser in browsers])
    back = [github.approve(address, "bat") for address in away]
    answers = at_once(
        [partial(browser.come_back, "github", answer) for browser, answer in zip(browsers, back, strict=True)]
    )
    assert [answer.status_code for answer in answers] == [303] * AT_ONCE
    assert in_thread(User.objects.count) == in_thread(SocialIdentity.objects.count) == 1
    sessions = in_thread(lambda: list(SsoSession.objects.values_list("user_id", flat=True)))
    assert (len(sessions), len(set(sessions))) == (AT_ONCE, 1)
    again = in_thread(lambda: browsers[0].come_back("github", back[1]))
    assert again.status_code == 400, "an answer counts in its own browser, once"
