"""Several of the same at once: one account, one identity, never none left to sign in with (J06)."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest

from accounts_app.models import User
from core_app.caller import Caller
from core_app.errors import AppError
from social_login_app import attempts
from social_login_app.attempts import BROWSER, Attempt
from social_login_app.models import SocialIdentity
from social_login_app.providers import Provider
from social_login_app.selectors import identities_of
from social_login_app.services import person_of, unlink_identity
from social_login_app.upstream import Upstream
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.social.conftest import ADDRESS, SetProviders

AT_ONCE = 8
T = TypeVar("T")
ACME = Provider(id="acme", kind="oidc", label="Acme", issuer="https://acme.example", client_id="us")
BETA = Provider(id="beta", kind="oidc", label="Beta", issuer="https://beta.example", client_id="us")
__all__ = ["shared_database"]
pytestmark = [
    pytest.mark.requirement("F27", "J06"),
    pytest.mark.usefixtures("shared_database"),
]


def all_at_once(*works: Callable[[], T]) -> list[T | AppError]:
    """The results of all, begun at the same moment. A refusal is a result."""
    return at_once([partial(_result_of, work) for work in works])


def _result_of(work: Callable[[], T]) -> T | AppError:
    try:
        return work()
    except AppError as error:
        return error


def counts() -> tuple[int, int]:
    """How many people and identities there are."""
    return in_thread(lambda: (User.objects.count(), SocialIdentity.objects.count()))


def came_back(provider: Provider, subject: str, email: str = "") -> Callable[[], User]:
    upstream = Upstream(issuer=provider.issuer, subject=subject, verified_email=email)
    return lambda: person_of(provider=provider, upstream=upstream, caller=Caller())


def somebody_with_two() -> tuple[User, list[SocialIdentity]]:
    person = came_back(ACME, "a1")()
    SocialIdentity.objects.create(user=person, issuer=BETA.issuer, subject="b2")
    return person, list(identities_of(person))


@pytest.mark.parametrize("email", ["", ADDRESS])
def test_an_identity_that_comes_for_the_first_time_many_times_at_once_makes_one_account(email: str) -> None:
    people = all_at_once(*[came_back(ACME, "a1", email)] * AT_ONCE)
    assert all(isinstance(person, User) for person in people)
    assert counts() == (1, 1)


@pytest.mark.requirement("J02")
def test_two_providers_that_vouch_for_one_address_at_once_make_one_account() -> None:
    people = all_at_once(*[came_back(ACME, "a1", ADDRESS), came_back(BETA, "b2", ADDRESS)] * (AT_ONCE // 2))
    assert all(isinstance(person, User) for person in people)
    assert counts() == (1, 2)


@pytest.mark.requirement("J04")
def test_two_subjects_with_one_address_at_once_do_not_share_an_account() -> None:
    results = all_at_once(came_back(ACME, "a1", ADDRESS), came_back(ACME, "b2", ADDRESS))
    assert [getattr(result, "code", "person") for result in results].count("address_taken") == 1
    assert counts() == (1, 1)


def test_the_last_two_taken_off_at_once_leave_one(set_providers: SetProviders) -> None:
    set_providers(*({"id": of.id, "issuer": of.issuer, "client_id": "us"} for of in (ACME, BETA)))
    person, identities = in_thread(somebody_with_two)
    results = all_at_once(
        *(
            partial(unlink_identity, user=person, identity=identity, keep=None, caller=Caller())
            for identity in identities
        )
    )
    assert [getattr(result, "code", result) for result in results].count(True) == 1
    assert counts() == (1, 1)


@pytest.mark.requirement("J03")
def test_an_answer_that_comes_many_times_at_once_is_taken_once() -> None:
    attempt = Attempt(provider_id="acme", redirect_uri="x", binding="b")
    attempts.keep(BROWSER, attempt.state, attempt)
    taken = all_at_once(
        *[
            lambda: attempts.take(
                BROWSER, attempt.state, provider_id="acme", state=attempt.state, bindings=("b",)
            )
        ]
        * AT_ONCE
    )
    assert sum(isinstance(result, Attempt) for result in taken) == 1
