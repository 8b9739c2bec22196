"""An operator with every right, signed in through the login page as everybody is."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from tests.phone_auth.pages import PASSWORD, sign_in

OPERATOR_PHONE = "+97688001122"


@pytest.fixture
def operator(transactional_db: None) -> User:
    return create_person(
        phone=OPERATOR_PHONE,
        password=PASSWORD,
        phone_proven_at=timezone.now(),
        name="The operator",
        is_staff=True,
        is_superuser=True,
    )


@pytest.fixture
def desk_of_operator(operator: User) -> Client:
    browser = Client()
    assert sign_in(browser, OPERATOR_PHONE).status_code == 303
    return browser
