"""Many at once: one new password, one owner of a number, one undoing."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts_app.models import PhoneChange, User
from accounts_app.phone_changes import UndoRefused, change_phone
from accounts_app.services import PhoneTaken, create_person
from core_app.caller import Caller
from core_app.errors import AppError
from phone_auth_app.flows import change_phone as change_flow
from phone_auth_app.flows import code_login
from phone_auth_app.flows.codes import PendingCode
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.phone_auth.pages import OTHER_PHONE, PHONE, codes_sent_to, wrong

__all__ = ["shared_database"]
pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]

BROWSER = "b" * 64


def outcome(work: Callable[[], object]) -> Callable[[], str]:
    """What came of it, as a word."""

    def run() -> str:
        try:
            work()
        except AppError as error:
            return error.code
        return "done"

    return run


def people(count: int) -> list[User]:
    return [
        create_person(phone=f"+9768811{number:04d}", password=None, phone_proven_at=timezone.now())
        for number in range(count)
    ]


def change(user: User, token: str) -> PhoneChange:
    return change_phone(
        user=user,
        phone=OTHER_PHONE,
        undo_hash=hashlib.sha256(token.encode()).hexdigest(),
        undo_until=timezone.now() + timedelta(hours=1),
    )


@pytest.mark.requirement("G15")
def test_of_twenty_people_who_take_one_number_one_gets_it() -> None:
    def race() -> list[str]:
        return at_once(
            [outcome(lambda user=user: change(user, str(user.pk))) for user in owners]  # type: ignore[misc]
        )

    owners = in_thread(lambda: people(20))
    assert sorted(race()) == ["done"] + [PhoneTaken.code] * 19
    assert in_thread(lambda: User.objects.filter(phone=OTHER_PHONE).count()) == 1
    assert in_thread(PhoneChange.objects.count) == 1


@pytest.mark.requirement("G15")
def test_of_twenty_uses_of_one_link_one_counts() -> None:
    def begin() -> None:
        (user,) = people(1)
        change_phone(
            user=user,
            phone=OTHER_PHONE,
            undo_hash=change_flow.undo_hash("token"),
            undo_until=timezone.now() + timedelta(hours=1),
        )

    in_thread(begin)
    outcomes = at_once([outcome(lambda: change_flow.undo("token", caller=Caller()))] * 20)
    assert sorted(outcomes) == ["done"] + [UndoRefused.code] * 19
    assert in_thread(lambda: User.objects.get().phone) == "+97688110000"


@pytest.mark.requirement("G03", "G04")
@pytest.mark.parametrize("guesses", [0, 20])
def test_a_code_signs_in_once_and_guesses_do_not_outrun_the_lock(guesses: int) -> None:
    def begin() -> PendingCode:
        create_person(phone=PHONE, password=None, phone_proven_at=timezone.now())
        return code_login.start(phone=PHONE, binding=BROWSER, language="en", caller=Caller(ip="192.0.2.1"))

    pending = in_thread(begin)
    code = codes_sent_to(PHONE)[-1]
    typed = [wrong(code)] * guesses or [code] * 20
    tries = [
        outcome(lambda text=text: code_login.finish(pending, code=text, caller=Caller(ip="192.0.2.1")))  # type: ignore[misc]
        for text in typed
    ]
    outcomes = at_once(tries)
    if guesses:
        checked = [word for word in outcomes if word in {"otp_wrong", "otp_exhausted"}]
        assert len(checked) <= 3
        assert "done" not in outcomes
    else:
        assert outcomes.count("done") == 1
