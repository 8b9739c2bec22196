"""What the post office's tests share: a clean memory gateway, inline delivery, and how a commit is made."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from messaging_app import breaker
from messaging_app.gateways import memory
from messaging_app.models import OutboundMessage
from messaging_app.services import queue_email, queue_sms
from tests.messaging.threads import shared_database

__all__ = ["shared_database"]

PHONE = "+97699112233"
CODE = "493817"
Commit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def clean_gateway(settings: Settings) -> Iterator[None]:
    settings.MESSAGING_DELIVERY = "inline"
    settings.MESSAGING_KEEP_BODIES = False
    memory.clear()
    breaker.reset()
    yield
    memory.clear()


@pytest.fixture
def commit(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Commit:
    """`with commit(): …` does what a request does: the work, then what waits for the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def queue_code() -> Callable[..., OutboundMessage]:
    def queue(**changes: Any) -> OutboundMessage:
        fields = {
            "to": PHONE,
            "template": "otp",
            "context": {"code": CODE, "purpose": "signup"},
            "purpose": "otp.signup",
            "language": "en",
        }
        return queue_sms(**{**fields, **changes})

    return queue


@pytest.fixture
def mail_templates(settings: Settings, tmp_path: Any) -> None:
    """A small letter on the shared layout, so that these tests need nobody else's templates."""
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text("Hello {{ name }}\nfrom {{ product_name }}\n")
    (folder / "hello.email.txt").write_text("Dear {{ name }}.\n")
    (folder / "hello.email.html").write_text(
        '{% extends "messages/layout.email.html" %}{% block body %}<p>Dear {{ name }}.</p>{% endblock %}'
    )
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path, *first["DIRS"]]}]


@pytest.fixture
def queue_letter(mail_templates: None) -> Callable[..., OutboundMessage]:
    def queue(**changes: Any) -> OutboundMessage:
        fields = {
            "to": "bat@example.com",
            "template": "hello",
            "context": {"name": "Bat & Co"},
            "purpose": "greeting",
            "language": "en",
        }
        return queue_email(**{**fields, **changes})

    return queue
