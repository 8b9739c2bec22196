"""An answer costs the same whether a number has an account or not, so its time tells nobody either (F07, G11).

The work is compared step by step: the statements that run, and the passwords that are hashed. What a clock shows
depends on the machine; what it could show comes from one of these.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person, deactivate
from messaging_app.models import OutboundMessage
from tests.addresses import unused_address
from tests.phone_auth.pages import CODE_LOGIN, LOGIN, PASSWORD, RESET
from tests.work import Work, work_of_the_answer

pytestmark = pytest.mark.requirement("login:F07", "G11")

KINDS = ["usual", "without a password", "unproven", "shut"]
HASHES = {LOGIN: 1, CODE_LOGIN: 0, RESET: 0}


@pytest.fixture(autouse=True)
def with_a_worker(settings: Any, transactional_db: None) -> None:
    """Messages leave by the worker, as in production."""
    settings.MESSAGING_DELIVERY = "celery"


def account(phone: str, kind: str) -> None:
    person = create_person(
        phone=phone,
        password=None if kind == "without a password" else "another password",
        phone_proven_at=None if kind == "unproven" else timezone.now(),
    )
    if kind == "shut":
        deactivate(user=person)


def ask(path: str, phone: str, hashes: list[str], **fields: str) -> tuple[int, Work]:
    """The status of the answer to somebody at an address of their own, and what it cost."""
    client = Client(REMOTE_ADDR=unused_address())
    with work_of_the_answer(hashes) as work:
        answer = client.post(path, {"phone": phone, **fields})
    return answer.status_code, work


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "fields"), [(LOGIN, {"password": PASSWORD}), (CODE_LOGIN, {}), (RESET, {})], ids=str
)
def test_known_and_unknown_numbers_cost_the_same_work(
    hashes: list[str], path: str, fields: dict[str, str], kind: str
) -> None:
    numbers = (f"+9769911{number:04}" for number in count())
    ask(path, next(numbers), hashes, **fields)  # the rows that all numbers share come to be
    account(known := next(numbers), kind)
    seen = ask(path, known, hashes, **fields)
    unknown = ask(path, next(numbers), hashes, **fields)
    assert seen == unknown
    assert (len(seen[1].statements) > 5, seen[1].hashes) == (True, HASHES[path])
    assert User.objects.count() == 1


@pytest.mark.usefixtures("standing_still")
def test_work_that_is_not_the_same_would_be_found(hashes: list[str]) -> None:
    """Both ways of seeing it work: a hash, and a statement more."""
    account("+97699110001", "usual")
    costs: list[Callable[[], Any]] = [
        lambda: None,
        lambda: User.objects.get().check_password(PASSWORD),
        OutboundMessage.objects.count,
    ]
    works = []
    for cost in costs:
        with work_of_the_answer(hashes) as work:
            cost()
        works.append((work.statements, work.hashes))
    assert works == [
        ((), 0),
        (("SELECT accounts_app_user",), 1),
        (("SELECT messaging_app_outboundmessage",), 0),
    ]
