"""Three failures, one hour, per number and per address."""

import logging
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from limits_app.checks import check_settings
from limits_app.identity import mask, plain_identity
from limits_app.locks import is_locked, seconds_left
from tests.limits.conftest import DEVICE, OTHER_PHONE, PHONE, RIGHT, SignIn, is_in, is_locked_out, may_try


@pytest.mark.requirement("F23", "login:F08")
def test_the_third_failure_locks_and_the_right_password_is_refused_then(sign_in: SignIn) -> None:
    assert [sign_in().status_code for _ in range(3)] == [200, 200, 429]
    refused = sign_in(password=RIGHT)
    assert is_locked_out(refused)
    assert not is_in(refused)


@pytest.mark.requirement("F23")
def test_a_number_is_locked_from_every_address(sign_in: SignIn) -> None:
    for number in range(3):
        sign_in(ip=f"198.51.100.{number}", HTTP_USER_AGENT=f"browser {number}")
    assert is_locked_out(sign_in(password=RIGHT, ip="203.0.113.9"))
    assert is_in(sign_in(OTHER_PHONE, RIGHT, ip="203.0.113.9"))


@pytest.mark.requirement("F23")
def test_an_address_is_locked_for_every_number(sign_in: SignIn) -> None:
    for number in range(3):
        sign_in(f"+9769911223{number}")
    assert is_locked_out(sign_in(OTHER_PHONE, RIGHT))
    assert is_in(sign_in(OTHER_PHONE, RIGHT, ip="203.0.113.9"))


@pytest.mark.requirement("F23")
def test_the_answer_says_when_to_come_back(sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            answer = sign_in()
        assert answer["Retry-After"] == "3600"
        assert answer.content == b"<p>closed for 60 minutes</p>"
        assert answer["Cache-Control"] == "no-store"
        clock.shift(timedelta(minutes=50, seconds=30))
        answer = sign_in()
        assert answer["Retry-After"] == "570"
        assert answer.content == b"<p>closed for 10 minutes</p>"
        assert PHONE not in answer.content.decode()


@pytest.mark.requirement("F23", "login:F09")
def test_the_lock_ends_after_an_hour_and_failures_during_it_do_not_make_it_longer(sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            sign_in()
        clock.shift(timedelta(minutes=59))
        assert is_locked_out(sign_in())
        clock.shift(timedelta(minutes=1, seconds=1))
        assert is_in(sign_in(password=RIGHT))


@pytest.mark.requirement("login:F11")
def test_success_with_ones_own_account_clears_nothing_of_others(sign_in: SignIn) -> None:
    sign_in(ip="198.51.100.1")
    sign_in(ip="198.51.100.2")
    assert is_in(sign_in(OTHER_PHONE, RIGHT, ip="198.51.100.3"))
    assert is_locked_out(sign_in(ip="198.51.100.3"))


@pytest.mark.requirement("login:F11")
def test_success_with_ones_own_account_wins_no_more_guesses_from_the_address(sign_in: SignIn) -> None:
    sign_in("+97699112231")
    sign_in("+97699112232")
    assert is_in(sign_in(OTHER_PHONE, RIGHT))
    assert is_in(sign_in(OTHER_PHONE, RIGHT))
    assert is_locked_out(sign_in("+97699112233"))


@pytest.mark.requirement("login:F11", "F23")
def test_success_clears_the_failures_of_its_own_account(sign_in: SignIn) -> None:
    for round_ in range(3):
        sign_in(ip=f"198.51.100.{round_}")
        sign_in(ip=f"198.51.101.{round_}")
        assert is_in(sign_in(password=RIGHT, ip=f"198.51.102.{round_}"))


def test_a_success_that_fills_the_limit_for_a_moment_locks_nobody(sign_in: SignIn) -> None:
    sign_in()
    sign_in()
    assert is_in(sign_in(password=RIGHT))
    assert is_in(sign_in(password=RIGHT))


@pytest.mark.requirement("login:F10")
def test_a_forged_forwarding_header_opens_no_new_counter(sign_in: SignIn) -> None:
    for number in range(3):
        sign_in(f"+9769911223{number}", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert is_locked_out(sign_in(OTHER_PHONE, RIGHT, HTTP_X_FORWARDED_FOR="192.0.2.77"))


@pytest.mark.requirement("login:F10")
def test_behind_a_trusted_proxy_the_client_is_counted_and_not_the_proxy(
    sign_in: SignIn, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    for number in range(3):
        sign_in(f"+9769911223{number}", ip="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert is_locked_out(sign_in(OTHER_PHONE, RIGHT, ip="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1"))
    assert is_in(sign_in(OTHER_PHONE, RIGHT, ip="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.2"))


@pytest.mark.requirement("G10")
def test_spellings_of_one_number_meet_in_one_counter(sign_in: SignIn) -> None:
    for number, spelling in enumerate(["+976 9911-2233", "00976 99112233", "+٩٧٦٩٩١١٢٢٣٣"]):
        sign_in(spelling, ip=f"198.51.100.{number}")
    assert is_locked_out(sign_in(PHONE, RIGHT, ip="203.0.113.9"))


@pytest.mark.requirement("L03")
def test_nothing_that_was_typed_reaches_the_log_and_no_form_is_kept(
    sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(4):
        sign_in(password="a secret guess")
    assert AccessAttempt.objects.get().failures_since_start == 3
    kept = repr([tuple(row.values()) for row in AccessAttempt.objects.values("get_data", "post_data")])
    for typed in ("a secret guess", "493817", "state=abc", PHONE.lstrip("+")):
        assert typed not in caplog.text
        assert typed not in kept
    assert "AXES" in caplog.text


def test_line_breaks_in_a_path_do_not_reach_the_log(
    sign_in: SignIn, settings: Settings, caplog: pytest.LogCaptureFixture, rf: RequestFactory
) -> None:
    settings.AXES_CLIENT_STR_CALLABLE = "limits_app.identity.client_label"
    request = rf.post("/sign-in/")
    request.META["PATH_INFO"] = "/sign-in/\r\nWARNING forged"
    assert is_locked(request, PHONE) is False
    assert "\nWARNING forged" not in caplog.text


@pytest.mark.requirement("G16")
def test_other_steps_can_ask_whether_somebody_is_locked(sign_in: SignIn, rf: RequestFactory) -> None:
    def ask(phone: str, ip: str) -> tuple[bool, bool]:
        request = rf.get("/", REMOTE_ADDR=ip)
        return is_locked(request, phone), seconds_left(request, phone) > 0

    assert ask(PHONE, "203.0.113.9") == (False, False)
    for _ in range(3):
        sign_in()
    assert ask(PHONE, "203.0.113.9") == (True, True)
    assert ask(OTHER_PHONE, "198.51.100.1") == (True, True)
    assert ask(OTHER_PHONE, "203.0.113.9") == (False, False)


@pytest.mark.parametrize("spelling", [PHONE, "+976 9911 2233"])
def test_an_operator_lifts_a_lock_by_number(sign_in: SignIn, spelling: str) -> None:
    for number in range(3):
        sign_in(ip=f"198.51.100.{number}")
    call_command("axes_reset_username", spelling)
    assert is_in(sign_in(password=RIGHT))


@pytest.mark.parametrize(
    ("command", "opens"),
    [
        (("axes_reset",), ["account", "ip", "device"]),
        (("axes_reset_ip", "198.51.100.1"), ["ip"]),
        (("axes_reset_username", PHONE), ["account", "device"]),
        (("axes_reset_ip_username", "198.51.100.1", PHONE), ["account", "ip", "device"]),
    ],
)
def test_axes_commands_lift_what_they_name(
    sign_in: SignIn, command: tuple[str, ...], opens: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        sign_in()
        may_try(device=DEVICE)
    call_command(*command)
    assert "attempts removed" in capsys.readouterr().out
    is_open = {
        "account": may_try(ip="203.0.113.9"),
        "ip": may_try(OTHER_PHONE),
        "device": may_try(device=DEVICE),
    }
    assert [place for place, is_it in is_open.items() if is_it] == opens


def test_a_reset_that_finds_nothing_says_so(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("axes_reset")
    assert "No attempts found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        (" +976 (99) 11-22.33 ", PHONE),
        ("0097699112233", PHONE),
        ("97699112233", PHONE),
        ("+976\u200e99112233", PHONE),
        ("Bat@Example.com", "bat@example.com"),
        ("a\x00b\nc", "abc"),
        ("x" * 300, "x" * 255),
    ],
)
def test_an_identity_is_one_text(text: str, identity: str) -> None:
    assert plain_identity(text) == identity


def test_a_mask_hides_most_and_a_short_text_wholly() -> None:
    assert mask(PHONE) == "+976••••••33"
    assert mask("root") == "•••"
    assert mask("") == "•••"


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("FAILURE_LIMIT", 0, "limits_app.E001"),
        ("FAILURE_LIMIT", 101, "limits_app.E001"),
        ("IP_FAILURE_LIMIT", -1, "limits_app.E001"),
        ("DEVICE_FAILURE_LIMIT", 101, "limits_app.E001"),
        ("LOCK_SECONDS", 0, "limits_app.E002"),
        ("IP_LOCK_SECONDS", -1, "limits_app.E002"),
        ("FAILURE_MEMORY_SECONDS", -1, "limits_app.E002"),
        ("MANY_FAILURES", 101, "limits_app.E003"),
        ("MANY_FAILURES", 2, "limits_app.E003"),
        ("LONG_LOCK_SECONDS", 60, "limits_app.E003"),
        ("AXES_HANDLER", "axes.handlers.database.AxesDatabaseHandler", "limits_app.E004"),
    ],
)
def test_a_limit_that_limits_nobody_or_everybody_stops_the_start(
    settings: Settings, name: str, value: object, check_id: str
) -> None:
    assert check_settings(None) == []
    setattr(settings, name, value)
    assert check_id in [problem.id for problem in check_settings(None)]
