"""Two vendors and the outbox between them, on whatever database the run is for."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from messaging_app.models import OutboundMessage
from messaging_app.services import queue_sms
from tests.faults.fake_gateway import KEY_HEADER, FakeGateway

PHONE = "+97699112233"
CODE = "493817"
Queue = Callable[..., OutboundMessage]


@pytest.fixture
def first() -> Iterator[FakeGateway]:
    with FakeGateway().running() as gateway:
        yield gateway


@pytest.fixture
def second() -> Iterator[FakeGateway]:
    with FakeGateway().running() as gateway:
        yield gateway


@pytest.fixture
def routes(settings: Settings, first: FakeGateway, second: FakeGateway) -> None:
    """`first` is asked before `second`; a worker delivers, and the test is the worker."""
    for name, value in {**first.options("FIRST"), **second.options("SECOND")}.items():
        setattr(settings, name, value)
    settings.SMS_ROUTES = "*=first,second"
    settings.MESSAGING_DELIVERY = "celery"


@pytest.fixture
def first_knows_keys(settings: Settings, routes: None) -> None:
    """The first vendor sends one idempotency key once."""
    settings.SMS_FIRST_IDEMPOTENCY_HEADER = KEY_HEADER


@pytest.fixture
def queue(routes: None) -> Queue:
    def queue_code(**changes: object) -> OutboundMessage:
        fields: dict[str, object] = {
            "to": PHONE,
            "template": "otp",
            "context": {"code": CODE, "purpose": "signup"},
            "purpose": "otp.signup",
            "language": "en",
        }
        return queue_sms(**{**fields, **changes})  # type: ignore[arg-type]

    return queue_code
