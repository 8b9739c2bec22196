"""What the tests of the codes share: a clean cache and gateway, and how a code is read off the phone."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from messaging_app.gateways import memory
from otp_app.purposes import Purpose
from otp_app.services import Challenge, issue, verify
from tests.messaging.threads import shared_database

__all__ = ["shared_database"]

PHONE = "+97699112233"
OTHER_PHONE = "+97699445566"
BROWSER = "b" * 64


@pytest.fixture(autouse=True)
def clean_slate(settings: Settings) -> Iterator[None]:
    settings.MESSAGING_DELIVERY = "inline"
    settings.MESSAGING_KEEP_BODIES = False
    # How much may be sent is the post office's matter and tested there.
    settings.SMS_LIMITS_RECORD_ONLY = True
    memory.clear()
    cache.clear()
    yield
    memory.clear()
    cache.clear()


def code_on_the_phone() -> str:
    """The digits of the newest message."""
    found = re.match(r"[0-9]+", memory.delivered[-1].text)
    assert found is not None
    return found[0]


def another_code(code: str) -> str:
    """A wrong code of the same form."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


Issue = Callable[..., tuple[Challenge, str]]


@pytest.fixture
def get_code(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Issue:
    """Ask for a code and read it: `challenge, code = get_code(purpose=…)`; `using=resend` for another one."""

    def get(using: Callable[..., Challenge] = issue, **changes: Any) -> tuple[Challenge, str]:
        fields = {"purpose": Purpose.LOGIN, "address": PHONE, "binding": BROWSER, "language": "en"}
        with django_capture_on_commit_callbacks(execute=True):
            challenge = using(**(changes if using is not issue else {**fields, **changes}))
        return challenge, code_on_the_phone()

    return get


def enter(challenge: Challenge, code: str, **changes: Any) -> None:
    """Type a code in the browser that asked for it."""
    fields = {"purpose": Purpose.LOGIN, "address": PHONE, "binding": BROWSER}
    verify(challenge_id=challenge.id, code=code, **{**fields, **changes})
