"""What asks the database after every race notices a change that was not written down."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
from tests.operators import sign_in_as
from tests.races.record import assert_right

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L01")]


def test_a_change_without_its_row_is_noticed() -> None:
    assert_right(connection.cursor())
    sign_in_as(Client(), User.objects.create(phone="+97699112233"))
    with pytest.raises(AssertionError, match="sessions that were not started once"):
        assert_right(connection.cursor())
    session = SsoSession.objects.get()
    OAuthTokenLog.objects.create(event="session.started", outcome="success", sid=session.sid)
    assert_right(connection.cursor())
    SsoSession.objects.update(ended_at=timezone.now())
    with pytest.raises(AssertionError, match="sessions ended without a row"):
        assert_right(connection.cursor())


@pytest.mark.parametrize("event", ["token.issued", "token.refreshed", "session.started"])
def test_a_row_without_its_change_is_noticed(event: str) -> None:
    OAuthTokenLog.objects.create(event=event, outcome="success", sid=uuid.uuid4(), family=uuid.uuid4())
    with pytest.raises(AssertionError):
        assert_right(connection.cursor())
