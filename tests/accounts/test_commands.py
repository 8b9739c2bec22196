"""People made from the command line."""

import json

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from accounts_app.models import User

PASSWORD = "seven green bicycles"

pytestmark = pytest.mark.django_db


def _make(*arguments: str) -> None:
    call_command("create_person", "--phone", "9911 2233", "--password", PASSWORD, *arguments)


def test_a_person_can_be_made_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    _make("--email", "oyun@example.com", "--staff", "--json")
    person = User.objects.get()
    assert json.loads(capsys.readouterr().out) == {
        "sub": str(person.sub),
        "phone": "+97699112233",
        "phone_proven": True,
        "email": "oyun@example.com",
        "staff": True,
    }
    assert (person.is_staff, person.is_superuser, person.email_verified_at) == (True, False, None)


def test_a_person_whose_number_is_known_to_be_theirs_can_sign_in() -> None:
    _make()
    request = RequestFactory().post("/login/", REMOTE_ADDR="10.1.2.3")
    assert authenticate(request, username="+97699112233", password=PASSWORD) == User.objects.get()


@pytest.mark.requirement("J02")
def test_a_number_that_nobody_vouches_for_is_unproven_and_its_password_opens_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _make("--phone-unproven")
    assert User.objects.get().phone_proven_at is None
    assert "the first sign-in is by code" in capsys.readouterr().out
    request = RequestFactory().post("/login/", REMOTE_ADDR="10.1.2.3")
    assert authenticate(request, username="+97699112233", password=PASSWORD) is None


def test_a_person_can_be_made_without_a_password() -> None:
    call_command("create_person", "--phone", "+97699112233")
    assert not User.objects.get().has_usable_password()


@pytest.mark.requirement("login:F14")
def test_the_password_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _make()
    assert PASSWORD not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--phone", "nonsense"], "phone number"),
        (["--password", "short"], "at least 8"),
        (["--email", "nonsense"], "valid email"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        _make(*arguments)
    assert "\n" not in str(refused.value)
    assert not User.objects.exists()


def test_a_number_that_has_an_account_is_refused() -> None:
    _make()
    with pytest.raises(CommandError, match="already has an account"):
        _make()
    assert User.objects.count() == 1


def test_a_superuser_is_made_by_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--phone", "99112233", "--noinput")
    operator = User.objects.get()
    assert operator.phone == "+97699112233"
    assert operator.is_staff
    assert operator.is_superuser
    assert operator.check_password(PASSWORD)
