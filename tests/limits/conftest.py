"""What the tests of limits share: a small site behind axes, a clean cache, and attempts that fail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from core_app.events import CATALOGUE, Event
from limits_app.locks import Locked, reserve_attempt
from tests.limits.backends import RIGHT
from tests.messaging.threads import shared_database

PHONE = "+97699112233"
OTHER_PHONE = "+97699445566"
IP = "198.51.100.1"
OTHER_IP = "203.0.113.9"
DEVICE = "the browser that the owner always uses"
SignIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def events() -> Iterator[list[Event]]:
    """What the room told the record during the test."""
    told: list[Event] = []

    def listen(sender: object, event: Event, **kwargs: object) -> None:
        told.append(event)

    for signal in CATALOGUE.values():
        signal.connect(listen)
    yield told
    for signal in CATALOGUE.values():
        signal.disconnect(listen)


def may_try(phone: str = PHONE, ip: str = IP, *, device: str = "") -> bool:
    """Make one attempt, which fails."""
    try:
        reserve_attempt(account=phone, ip=ip, device=device).failed()
    except Locked:
        return False
    return True


def told(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.name, event.subject, event.reason) for event in events]


@pytest.fixture
def sign_in(settings: Settings, db: None) -> SignIn:
    """Try to sign in; each call is a browser of its own. Says what came back."""
    settings.ROOT_URLCONF = "tests.limits.urls"
    settings.AUTHENTICATION_BACKENDS = [
        "axes.backends.AxesStandaloneBackend",
        "tests.limits.backends.OnePassword",
    ]
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "axes.middleware.AxesMiddleware",
    ]
    options = settings.TEMPLATES[0]["OPTIONS"]
    page = "<p>closed for {{ minutes }} minutes</p>"
    loader = ("django.template.loaders.locmem.Loader", {"limits/locked.html": page})
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "APP_DIRS": False, "OPTIONS": {**options, "loaders": [loader]}}
    ]

    def attempt(
        phone: str = PHONE, password: str = "wrong", *, ip: str = "198.51.100.1", **extra: str
    ) -> HttpResponse:
        form = {"username": phone, "password": password, "code": "493817", "next": "/o/authorize/?state=abc"}
        return Client(REMOTE_ADDR=ip).post("/sign-in/", form, **extra)  # type: ignore[arg-type, return-value]

    return attempt


def is_in(response: HttpResponse) -> bool:
    return response.status_code == 200 and response.content == b"in"


def is_locked_out(response: HttpResponse) -> bool:
    return response.status_code == 429


__all__ = ["OTHER_PHONE", "PHONE", "RIGHT", "SignIn", "is_in", "is_locked_out", "shared_database"]
