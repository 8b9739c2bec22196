"""What the tests of several rooms share: clean process caches, a key, scopes, a person, an app, a signed-in browser."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import create_client, forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.scopes import forget_catalogue
from custom_scopes_and_policies_app.seeds import seed_scopes
from jwt_app.algorithms import ALGORITHMS, write_pem
from jwt_app.keys import ensure_active_key, forget_cached_keys
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser

SignIn = Callable[[], OAuthBrowser]


@pytest.fixture(autouse=True)
def clean_process() -> Iterator[None]:
    """Nothing that this process remembers outlives the test whose database it describes."""
    cache.clear()
    forget_cached_clients()
    forget_catalogue()
    forget_cached_keys()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def rsa_pem() -> bytes:
    return write_pem(ALGORITHMS["RS256"].generate())


@pytest.fixture
def server(transactional_db: None, rsa_pem: bytes) -> None:
    """A server after its bootstrap: one active key, the seeded scopes."""
    ensure_active_key(algorithm="RS256", pem=rsa_pem)
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
def stranger() -> OAuthBrowser:
    """A browser in which nobody is signed in."""
    return OAuthBrowser(Client())


@pytest.fixture
def browser_of_somebody(somebody: User, stranger: OAuthBrowser) -> OAuthBrowser:
    """A browser in which `somebody` has signed in through the login page."""
    stranger.sign_in(PHONE, PASSWORD)
    return stranger
