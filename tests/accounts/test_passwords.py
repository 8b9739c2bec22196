"""Password rules: length and context, nothing about composition (NIST SP 800-63B-4)."""

import unicodedata

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts_app.models import User
from accounts_app.passwords import normalise_password


def _person() -> User:
    return User(phone="+97699112233", name="Oyun Bat-Erdene", given_name="Oyun", email="oyunaa@example.com")


@pytest.mark.requirement("login:F01")
@pytest.mark.parametrize(
    ("password", "is_long_enough"), [("qz7rk2w", False), ("qz7rk2wx", True), ("\u0439" * 8, True)]
)
def test_eight_characters_are_enough_and_seven_are_not(password: str, is_long_enough: bool) -> None:
    if is_long_enough:
        validate_password(password, _person())
    else:
        with pytest.raises(ValidationError):
            validate_password(password, _person())


@pytest.mark.requirement("login:F03")
@pytest.mark.parametrize(
    "password",
    ["password123", "iloveyou1", "my 99112233 phone", "97699112233!!", "OYUN is my name", "oyunaa-2026!"],
)
def test_common_words_and_the_person_themselves_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, _person())


@pytest.mark.requirement("login:F02")
@given(st.text(min_size=15, max_size=80).filter(lambda text: not set(text) & set("0123456789")))
def test_anything_long_that_is_no_common_word_is_accepted(password: str) -> None:
    validate_password(normalise_password(f"{password} zebra quilt"), User(phone="+97699112233"))


@pytest.mark.requirement("login:F04")
@given(st.text(max_size=40))
def test_composed_and_decomposed_letters_are_one_password(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert normalise_password(composed) == normalise_password(decomposed)


def test_every_rule_is_said_beforehand() -> None:
    assert len([text for text in password_validators_help_texts() if text]) == 3
    assert all(text.endswith(".") for text in password_validators_help_texts() if text)
