"""Known and unknown people cost the same at every door: as many statements, as many password hashes (F07, G11).

What is counted does not depend on how busy the machine is. Which statements they are, and for every kind of account, is
compared beside the pages, in `tests/phone_auth/test_same_work.py` and `tests/email_auth/test_hidden_addresses.py`.
"""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_app.services import create_person
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from tests.phone_auth.conftest import hashes

__all__ = ["hashes"]

PASSWORD = "seven green bicycles"
Work = tuple[int, int, int]
DOORS: dict[str, dict[str, str]] = {
    "/login/": {"phone": "PHONE", "password": "not the password"},
    "/login/email/": {"email": "EMAIL", "password": "not the password"},
    "/login/code/": {"phone": "PHONE"},
    "/password/forgot/": {"phone": "PHONE"},
    "/password/forgot/email/": {"email": "EMAIL"},
    "/signup/email/": {"email": "EMAIL"},
    "/api/auth/login/": {"email": "EMAIL", "password": "not the password"},
    "/api/auth/password/forgot/": {"email": "EMAIL"},
    "/api/auth/register/": {"email": "EMAIL"},
    "/api/auth/passkeys/options/": {},
}


def work_of(door: str, number: int, done: list[str], ip: str) -> Work:
    """Status, statements and hashes of one request about the person or nobody of this number."""
    texts = {"PHONE": f"+9769911{number:04}", "EMAIL": f"person{number}@example.com"}
    fields = {name: texts.get(value, value) for name, value in DOORS[door].items()}
    client = Client(REMOTE_ADDR=ip)
    done.clear()
    with CaptureQueriesContext(connection) as queries:
        kind: dict[str, Any] = {"content_type": "application/json"} if door.startswith("/api/") else {}
        answer = client.post(door, fields, **kind)
    return answer.status_code, len(queries), len(done)


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("login:F07", "G11")
@pytest.mark.parametrize("door", DOORS)
def test_a_door_does_the_same_work_for_known_and_unknown(
    server: None, settings: Any, hashes: list[str], door: str
) -> None:
    ensure_first_party_client()
    settings.MESSAGING_DELIVERY = "celery"  # as in production: delivery is the worker's
    for number in (1, 2):
        create_person(
            phone=f"+9769911{number:04}", password=PASSWORD if number == 1 else None,
            phone_proven_at=timezone.now(), email=f"person{number}@example.com",
            email_identifier=f"person{number}@example.com", email_verified_at=timezone.now(),
        )  # fmt: skip
    with time_machine.travel(timezone.now(), tick=False):
        work_of(door, 9, hashes, "10.40.0.9")  # what all share comes to be
        known, without_password, unknown = (
            work_of(door, number, hashes, f"10.40.0.{number}") for number in (1, 2, 3)
        )
    assert known == without_password == unknown
    is_password = "password" in DOORS[door]
    assert known[2] == (1 if is_password else 0)
    assert known[0] < 500
