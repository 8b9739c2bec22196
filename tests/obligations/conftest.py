"""A person, an app, a caller and an operator: what events are about and who reads of them."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.models import Application
from tests.operators import sign_in_operator

PHONE = "+97699112233"
SID = uuid.UUID("0193b7a2-7a10-7cc4-9d2b-2f6f0a6d1c55")
FAMILY = uuid.UUID("0193b7a2-7a10-7cc4-9d2b-2f6f0a6d1c66")
CALLER = Caller(
    ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux x86_64) FBBV/543210987", request_id="r-1"
)


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create(
        phone=PHONE, name="Bat Erdene", email="bat@example.com", email_verified_at=timezone.now()
    )


@pytest.fixture
def shop(db: None) -> Application:
    app: Application = Application.objects.create(client_id="shop-1", name="The <Shop>")
    return app


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    return sign_in_operator(client)
