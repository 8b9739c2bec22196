"""Several workers at one outbox of logout notices."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from custom_scopes_and_policies_app.backchannel import deliver_due
from custom_scopes_and_policies_app.logout_notices import claim_next, mark_delivered
from custom_scopes_and_policies_app.models import Application, LogoutNotice
from jwt_app.signing import LOGOUT_TOKEN_TYPE, verify
from tests.fake_app import FakeApp
from tests.messaging.threads import at_once

pytestmark = pytest.mark.requirement("I07")
State = LogoutNotice.State


@pytest.fixture(autouse=True)
def development(settings: Settings) -> None:
    """Apps on this machine may be called."""
    settings.DEBUG = True


def state() -> str:
    return LogoutNotice.objects.get().state


def test_workers_side_by_side_tell_an_app_once(
    told_app: Application, listener: FakeApp, shared_database: None
) -> None:
    def write() -> int:
        app = Application.objects.get(client_id="notes")
        for _ in range(3):
            LogoutNotice.objects.create(application=app, sid=uuid.uuid4(), sub=uuid.uuid4())
        return 0

    at_once([write])
    done = at_once([deliver_due] * 4)
    assert sum(done) == 3
    assert len({verify(text, typ=LOGOUT_TOKEN_TYPE)["sid"] for text in listener.tokens}) == 3
    assert len(listener.received) == 3


def test_a_worker_that_comes_back_late_changes_nothing(told_app: Application) -> None:
    LogoutNotice.objects.create(application=told_app, sid=uuid.uuid4(), sub=uuid.uuid4())
    first = claim_next()
    assert first is not None
    assert claim_next() is None
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        second = claim_next()
    assert second is not None
    mark_delivered(first, status=200)
    assert state() == State.WAITING
    mark_delivered(second, status=200)
    assert state() == State.DELIVERED
