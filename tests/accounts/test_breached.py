"""Passwords from breaches: found in a sorted file on this machine, and never asked about elsewhere."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts_app.breached import is_listed
from accounts_app.checks import BAD_LIST, NO_LIST, check_breached_file
from core_app.errors import Unavailable

STOLEN = [f"stolen password {number}" for number in range(257)]

pytestmark = pytest.mark.requirement("login:F03")


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def write_list(path: Path, passwords: list[str], ending: str = "\n", count: str = "") -> Path:
    path.write_text("".join(f"{line}{count}{ending}" for line in sorted(map(digest, passwords))), newline="")
    return path


@pytest.mark.parametrize(("ending", "count"), [("\n", ""), ("\r\n", ":3"), ("\n", ":123456")])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 257])
def test_exactly_what_is_in_the_list_is_found(tmp_path: Path, ending: str, count: str, size: int) -> None:
    path = write_list(tmp_path / "list", STOLEN[:size], ending, count)
    assert all(is_listed(password, path) for password in STOLEN[:size])
    assert not any(is_listed(f"another password {number}", path) for number in range(100))


@hypothesis_settings(max_examples=50)
@given(st.lists(st.text(min_size=1), max_size=40, unique=True), st.text())
def test_any_list_answers_as_a_set_would(tmp_path_factory: Any, listed: list[str], asked: str) -> None:
    passwords = [text for text in listed if text.isprintable()]
    path = write_list(tmp_path_factory.mktemp("breached") / "list", passwords)
    assert all(is_listed(password, path) for password in passwords)
    if asked.isprintable():
        assert is_listed(asked, path) == (asked in passwords)


def test_a_list_without_a_last_line_break_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("\n".join(sorted(map(digest, STOLEN[:3]))))
    assert all(is_listed(password, path) for password in STOLEN[:3])


def test_a_stolen_password_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.PASSWORD_BREACHED_FILE = str(write_list(tmp_path / "list", STOLEN))
    with pytest.raises(ValidationError, match="was stolen somewhere"):
        validate_password(STOLEN[7])
    validate_password("nobody has ever used this one")
    assert any("stolen" in text for text in password_validators_help_texts())


def test_without_a_list_common_passwords_are_refused_all_the_same() -> None:
    with pytest.raises(ValidationError):
        validate_password("password123")
    validate_password(STOLEN[7])


def test_a_list_that_is_gone_accepts_nothing_unchecked(tmp_path: Path, settings: Any) -> None:
    settings.PASSWORD_BREACHED_FILE = str(tmp_path / "gone")
    with pytest.raises(Unavailable):
        validate_password("nobody has ever used this one")


def test_the_start_stops_without_the_list_or_with_something_else(tmp_path: Path, settings: Any) -> None:
    assert check_breached_file(None) == []
    settings.PASSWORD_BREACHED_FILE = str(tmp_path / "list")
    assert [error.id for error in check_breached_file(None)] == [NO_LIST]
    (tmp_path / "list").write_text("password\n123456\n")
    assert [error.id for error in check_breached_file(None)] == [BAD_LIST]
    write_list(tmp_path / "list", STOLEN)
    assert check_breached_file(None) == []


@pytest.mark.parametrize("password", ["PhoneLogin4ever", "my phone login!", "testserver-2026"])
def test_the_product_s_own_name_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError, match="name of this service"):
        validate_password(password)
