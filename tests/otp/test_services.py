"""One-time codes as they are typed: what is accepted, what is counted, what is refused."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from otp_app.errors import OtpExhausted, OtpExpired, OtpWrong
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.services import issue, resend
from tests.otp.conftest import BROWSER, OTHER_PHONE, PHONE, Issue, another_code, enter

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("G03", "F22")
def test_a_code_is_accepted_once(get_code: Issue) -> None:
    challenge, code = get_code()
    enter(challenge, code)
    with pytest.raises(OtpExpired):
        enter(challenge, code)


@pytest.mark.requirement("G01")
@pytest.mark.parametrize(
    ("purpose", "digits"),
    [
        (Purpose.SIGNUP, 6),
        (Purpose.LOGIN, 6),
        (Purpose.SECOND_FACTOR, 6),
        (Purpose.RESET, 8),
        (Purpose.PHONE_CHANGE, 8),
    ],
)
def test_a_code_that_can_take_an_account_over_is_longer(
    get_code: Issue, purpose: Purpose, digits: int
) -> None:
    challenge, code = get_code(purpose=purpose)
    assert len(code) == digits
    enter(challenge, code, purpose=purpose)


@pytest.mark.requirement("G02", "F22")
def test_a_code_is_good_for_its_time_and_not_a_second_longer(get_code: Issue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        early, code = get_code()
        clock.shift(timedelta(seconds=119))
        enter(early, code)
        late, code = get_code()
        assert late.expires_at - timezone.now() == timedelta(seconds=120)
        clock.shift(timedelta(seconds=120))
        with pytest.raises(OtpExpired):
            enter(late, code)


@pytest.mark.requirement("G07")
@pytest.mark.parametrize(
    "changed",
    [
        {"binding": "another browser"},
        {"address": OTHER_PHONE},
        {"purpose": Purpose.SIGNUP},
        {"purpose": Purpose.RESET},
    ],
)
def test_a_code_is_wrong_for_another_browser_number_or_purpose_and_costs_the_owner_no_try(
    get_code: Issue, changed: dict[str, object]
) -> None:
    challenge, code = get_code()
    for _ in range(5):
        with pytest.raises(OtpWrong):
            enter(challenge, code, **changed)
    enter(challenge, code)


@pytest.mark.requirement("G07")
def test_a_code_of_one_challenge_does_not_answer_another(
    get_code: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_apart(digits: int) -> str:
        return str(next(firsts)) * digits

    firsts = iter([1, 2])
    monkeypatch.setattr("otp_app.sending.new_code", told_apart)
    _mine, my_code = get_code()
    theirs, their_code = get_code(address=OTHER_PHONE)
    assert my_code != their_code
    with pytest.raises(OtpWrong):
        enter(theirs, my_code, address=OTHER_PHONE)
    enter(theirs, their_code, address=OTHER_PHONE)


@pytest.mark.requirement("G04")
def test_wrong_codes_are_counted_down_and_then_the_right_one_is_refused_too(get_code: Issue) -> None:
    challenge, code = get_code()
    for remaining in (2, 1):
        with pytest.raises(OtpWrong) as wrong:
            enter(challenge, another_code(code))
        assert wrong.value.remaining == remaining
    with pytest.raises(OtpExhausted) as exhausted:
        enter(challenge, another_code(code))
    assert exhausted.value.retry_after == 3600
    assert exhausted.value.status == 429
    with pytest.raises(OtpExhausted):
        enter(challenge, code)
    assert OtpChallenge.objects.get().attempts == 3


@pytest.mark.requirement("G05", "G06")
def test_neither_a_resend_nor_a_new_session_brings_tries_back(get_code: Issue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        challenge, code = get_code()
        with pytest.raises(OtpWrong):
            enter(challenge, another_code(code))
        clock.shift(timedelta(seconds=31))
        challenge, code = get_code(using=resend, challenge_id=challenge.id, binding=BROWSER)
        with pytest.raises(OtpWrong) as wrong:
            enter(challenge, another_code(code))
        assert wrong.value.remaining == 1
        clock.shift(timedelta(seconds=61))
        elsewhere, code = get_code(binding="a new session")
        with pytest.raises(OtpExhausted):
            enter(elsewhere, another_code(code), binding="a new session")
        clock.shift(timedelta(minutes=10))
        with pytest.raises(OtpExhausted) as refused:
            issue(purpose=Purpose.LOGIN, address=PHONE, binding=BROWSER)
        assert refused.value.retry_after == 3600 - 600
        clock.shift(timedelta(seconds=3001))
        challenge, code = get_code()
        enter(challenge, code)


def test_the_right_code_forgives_the_wrong_ones_before_it(get_code: Issue) -> None:
    challenge, code = get_code()
    with pytest.raises(OtpWrong):
        enter(challenge, another_code(code))
    enter(challenge, code)
    assert OtpChallenge.objects.get().attempts == 0


@pytest.mark.parametrize(
    "form",
    [
        "",
        "12345",
        "1234567",
        "١٢٣٤٥٦",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "12 456",
        "1234\uff156",
        "123456\n",
        "²²²²²²",
    ],
)
def test_what_has_not_the_form_of_a_code_is_wrong_and_not_counted(get_code: Issue, form: str) -> None:
    challenge, code = get_code()
    for _ in range(4):
        with pytest.raises(OtpWrong) as wrong:
            enter(challenge, form)
        assert wrong.value.remaining == 3
    enter(challenge, code)


def test_the_right_digits_in_another_script_are_not_the_code(get_code: Issue) -> None:
    challenge, code = get_code()
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    with pytest.raises(OtpWrong):
        enter(challenge, arabic)


def test_purposes_do_not_get_in_each_others_way(get_code: Issue) -> None:
    login, login_code = get_code()
    reset, reset_code = get_code(purpose=Purpose.RESET)
    enter(reset, reset_code, purpose=Purpose.RESET)
    enter(login, login_code)


@pytest.mark.requirement("R03")
def test_a_code_lost_with_the_cache_is_expired_and_costs_no_try(get_code: Issue) -> None:
    challenge, code = get_code()
    cache.clear()
    for _ in range(5):
        with pytest.raises(OtpExpired):
            enter(challenge, code)
    assert OtpChallenge.objects.get().attempts == 0


@pytest.mark.requirement("R03")
def test_losing_the_cache_gives_no_tries_back(get_code: Issue) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        challenge, code = get_code()
        for _ in range(2):
            with pytest.raises(OtpWrong):
                enter(challenge, another_code(code))
        cache.clear()
        clock.shift(timedelta(seconds=30))
        challenge, code = get_code()
        with pytest.raises(OtpExhausted):
            enter(challenge, another_code(code))


def test_an_unknown_challenge_is_expired() -> None:
    challenge = issue(purpose=Purpose.LOGIN, address=PHONE, binding=BROWSER)
    OtpChallenge.objects.all().delete()
    with pytest.raises(OtpExpired):
        enter(challenge, "123456")


@pytest.mark.django_db(transaction=True)
def test_a_try_cannot_be_hidden_in_a_transaction_that_is_rolled_back(get_code: Issue) -> None:
    challenge, code = get_code()
    with pytest.raises(RuntimeError), transaction.atomic():
        enter(challenge, another_code(code))
