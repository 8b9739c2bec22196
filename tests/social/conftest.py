"""Providers on loopback, set up as an operator would, and browsers that go to them and come back."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from core_app.events import CATALOGUE, Event
from sessions_app.models import SsoSession
from social_login_app.metadata import forget_metadata
from tests.addresses import unused_address
from tests.oauth import PASSWORD, PHONE
from tests.social import fake_github as github_module
from tests.social import fake_issuer as issuer_module
from tests.social.fake_github import FakeGitHub, fake_github
from tests.social.fake_issuer import FakeIssuer, fake_issuer

CLICK: dict[str, str] = {"Sec-Fetch-Site": "same-origin"}
ADDRESS = "oyun@example.com"


class Upstream(Protocol):
    def approve(self, authorization_url: str, person: str, /) -> dict[str, str]: ...


class Browser:
    """A browser at an address of its own."""

    def __init__(self) -> None:
        self.client = Client(REMOTE_ADDR=unused_address())

    def leave(self, provider: str, **query: str) -> str:
        """Click on the button; the address at the provider."""
        answer = self.client.get(f"/login/social/{provider}/", query, headers=CLICK)
        assert answer.status_code == 303, answer.content.decode()
        return str(answer["Location"])

    def come_back(self, provider: str, answer: dict[str, str]) -> Any:
        return self.client.get(f"/login/social/{provider}/callback/", answer)

    def sign_in(self, provider: str, upstream: Upstream, person: str, **query: str) -> Any:
        """All the way; the answer of the callback."""
        return self.come_back(provider, upstream.approve(self.leave(provider, **query), person))

    def connect(self, provider: str, upstream: Upstream, person: str) -> Any:
        """From my account, all the way; the answer of the callback."""
        away = self.client.get(f"/account/social/{provider}/connect/", headers=CLICK)
        assert away.status_code == 303, away.content.decode()
        return self.come_back(provider, upstream.approve(away["Location"], person))

    def sign_in_by_password(self) -> None:
        answer = self.client.post("/login/", {"phone": PHONE, "password": PASSWORD})
        assert answer.status_code == 303, answer.content.decode()

    def session(self) -> SsoSession | None:
        """The live sign-in of this browser."""
        sid = str(self.client.session.get("sid", uuid.UUID(int=0)))
        return SsoSession.objects.filter(pk=sid, ended_at=None).first()

    def person(self) -> User | None:
        session = self.session()
        return session.user if session else None


SetProviders = Callable[..., None]


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    forget_metadata()
    yield
    forget_metadata()


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with fake_issuer() as running:
        yield running


@pytest.fixture
def other_issuer() -> Iterator[FakeIssuer]:
    with fake_issuer() as running:
        yield running


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with fake_github() as running:
        yield running


def of_issuer(issuer: FakeIssuer, **changes: Any) -> dict[str, Any]:
    """The entry of `SOCIAL_PROVIDERS` for an issuer on loopback."""
    return {
        "id": "acme", "kind": "oidc", "label": "Acme", "issuer": issuer.url, "trusts_email": True,
        "client_id": issuer_module.CLIENT_ID, "client_secret": issuer_module.CLIENT_SECRET, **changes,
    }  # fmt: skip


def of_github(github: FakeGitHub, **changes: Any) -> dict[str, Any]:
    return {
        "id": "github", "kind": "github", "issuer": github.url, "api_url": f"{github.url}/api/v3",
        "client_id": github_module.CLIENT_ID, "client_secret": github_module.CLIENT_SECRET, **changes,
    }  # fmt: skip


@pytest.fixture
def set_providers(settings: Any) -> SetProviders:
    def write(*entries: dict[str, Any]) -> None:
        settings.SOCIAL_PROVIDERS = json.dumps(entries)

    return write


@pytest.fixture
def acme(issuer: FakeIssuer, set_providers: SetProviders, server: None) -> FakeIssuer:
    """An issuer whose word on addresses counts, set up as "acme"."""
    set_providers(of_issuer(issuer))
    return issuer


@pytest.fixture
def new_browser() -> Callable[[], Browser]:
    return Browser


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def owner(server: None) -> User:
    """Somebody with a proven number, a password and a verified address."""
    return create_person(
        phone=PHONE,
        password=PASSWORD,
        phone_proven_at=timezone.now(),
        name="Oyun Bat",
        email=ADDRESS,
        email_verified_at=timezone.now(),
        email_identifier=ADDRESS,
    )


@pytest.fixture
def events() -> Iterator[list[Event]]:
    """What the rooms told the record during the test."""
    told: list[Event] = []

    def listen(sender: object, event: Event, **kwargs: object) -> None:
        told.append(event)

    for signal in CATALOGUE.values():
        signal.connect(listen)
    yield told
    for signal in CATALOGUE.values():
        signal.disconnect(listen)
