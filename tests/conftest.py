"""What the tests of several rooms share: clean process caches, a key, scopes, a person, an app, a signed-in browser."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as examples

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import create_client, forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.origins import forget_origins
from custom_scopes_and_policies_app.scopes import forget_catalogue
from custom_scopes_and_policies_app.seeds import seed_scopes
from jwt_app.algorithms import ALGORITHMS, write_pem
from jwt_app.keys import ensure_active_key, forget_cached_keys
from jwt_app.models import SigningKey
from limits_app.shares import forget_shares
from messaging_app.afterwards import forget_what_waits
from obligations_app.duties.in_force import forget_rules
from obligations_app.token_notices import forget_known_uses
from tests.engines import leave_out_what_says_the_same
from tests.entrance import LANE, VARIABLE, come_in_by_the_lane
from tests.flush import flushing_only_what_has_rows
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser

SignIn = Callable[[], OAuthBrowser]

# Every run tries the same examples, however slow the machine is: what one run proves the next one proves too.
# `--hypothesis-profile=default` looks for others.
examples.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
examples.load_profile("same")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_out_what_says_the_same(config, items)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Quick from here on: the database is made, with its content types and permissions."""
    with flushing_only_what_has_rows():
        yield


@pytest.fixture(autouse=True, scope="session")
def entrance() -> Iterator[None]:
    """`ENTRANCE=lane`: test clients come in by the fast lane."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        if os.environ.get(VARIABLE) == LANE:
            come_in_by_the_lane(monkeypatch)
        yield


@pytest.fixture(autouse=True)
def clean_process() -> Iterator[None]:
    """Nothing that this process remembers outlives the test whose database it describes."""
    cache.clear()
    forget_cached_clients()
    forget_catalogue()
    forget_origins()
    forget_cached_keys()
    forget_shares()
    forget_rules()
    forget_known_uses()
    forget_what_waits()
    yield
    cache.clear()


@pytest.fixture
def standing_still(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """No time goes by, however busy the machine is.

    Neither on the clock nor for what a process remembers for a second: nothing runs out between two answers that are
    compared, or while statements are counted.
    """
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture(scope="session")
def rsa_pem() -> bytes:
    return write_pem(ALGORITHMS["RS256"].generate())


@pytest.fixture(scope="session")
def made_keys() -> list[SigningKey]:
    """The key that the first test of this process imported: importing it again costs a lot and shows nothing new."""
    return []


@pytest.fixture
def server(transactional_db: None, rsa_pem: bytes, made_keys: list[SigningKey]) -> None:
    """A server after its bootstrap: one active key, the seeded scopes."""
    if made_keys:
        SigningKey.objects.bulk_create(made_keys)
    else:
        ensure_active_key(algorithm="RS256", pem=rsa_pem)
        made_keys.extend(SigningKey.objects.all())
    seed_scopes()
    forget_catalogue()


@pytest.fixture
def somebody(server: None) -> User:
    return create_person(
        phone=PHONE,
        password=PASSWORD,
        phone_proven_at=timezone.now(),
        given_name="Oyun",
        family_name="Bat",
        name="Oyun Bat",
        email="oyun@example.com",
        email_identifier="oyun@example.com",
        email_verified_at=timezone.now(),
    )


@pytest.fixture
def app(server: None) -> Application:
    """A public app with the usual grants."""
    client, _ = create_client(
        name="Notes", client_id="notes", is_public=True, redirect_uris=[CALLBACK],
        post_logout_redirect_uris=["https://notes.example/bye"],
    )  # fmt: skip
    return client


@pytest.fixture
def api(server: None) -> tuple[str, str]:
    """Id and secret of a resource server that may ask about every token."""
    client, secret = create_client(name="Notes API", client_id="notes-api", may_introspect=True)
    return client.client_id, secret


@pytest.fixture
def all_fours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every code that is sent is made of fours, so that a guess of ones is wrong for certain."""
    monkeypatch.setattr("otp_app.sending.new_code", lambda digits: "4" * digits)


@pytest.fixture
def stranger() -> OAuthBrowser:
    """A browser in which nobody is signed in."""
    return OAuthBrowser(Client())


@pytest.fixture
def browser_of_somebody(somebody: User, stranger: OAuthBrowser) -> OAuthBrowser:
    """A browser in which `somebody` has signed in through the login page."""
    stranger.sign_in(PHONE, PASSWORD)
    return stranger
