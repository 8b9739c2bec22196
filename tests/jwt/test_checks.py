"""A missing or bad key stops the start with one clear line."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from jwt_app import checks
from jwt_app.algorithms import ALGORITHMS, write_pem
from jwt_app.key_file import configured_pem


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


@pytest.mark.parametrize("value", [[], ["short"], ["!!!"]])
def test_a_missing_or_malformed_master_key_is_an_error(settings: Settings, value: list[str]) -> None:
    assert checks.master_key_is_usable(None) == []
    settings.MASTER_KEYS = value
    (found,) = checks.master_key_is_usable(None)
    assert found.id == "jwt_app.E001"
    assert all(secret not in found.msg for secret in value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("JWT_ALGORITHM", "HS256", "jwt_app.E002"),
        ("JWT_ALGORITHM", "none", "jwt_app.E002"),
        ("JWT_KEY_CACHE_SECONDS", 5.0, "jwt_app.E003"),
        ("JWT_KEY_CACHE_SECONDS", -1.0, "jwt_app.E003"),
    ],
)
def test_impossible_settings_are_errors(settings: Settings, name: str, value: object, expected: str) -> None:
    assert checks.settings_are_possible(None) == []
    setattr(settings, name, value)
    assert ids(checks.settings_are_possible(None)) == [expected]


@pytest.mark.requirement("D09")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"JWKS_CACHE_SECONDS": 3600, "JWT_PUBLISH_AHEAD_SECONDS": 3599}, "jwt_app.E006"),
        ({"JWKS_CACHE_SECONDS": -1}, "jwt_app.E006"),
        ({"JWT_ROTATE_EVERY_DAYS": 1.0, "JWT_PUBLISH_AHEAD_SECONDS": 86_400}, "jwt_app.E007"),
        ({"JWT_ROTATE_EVERY_DAYS": -1.0}, "jwt_app.E007"),
        ({"JWT_ROTATE_EVERY_DAYS": 0.0}, None),
    ],
)
def test_a_key_is_never_asked_to_sign_before_it_is_known(
    settings: Settings, changes: dict[str, float], expected: str | None
) -> None:
    assert checks.life_cycle_is_possible(None) == []
    for name, value in changes.items():
        setattr(settings, name, value)
    assert ids(checks.life_cycle_is_possible(None)) == ([expected] if expected else [])


def test_the_key_file_is_looked_at(settings: Settings, tmp_path: Path, pems: dict[str, bytes]) -> None:
    path = tmp_path / "private.pem"
    settings.JWT_PRIVATE_KEY = str(path)
    assert checks.own_key_is_usable(None) == []
    path.write_bytes(pems["RS256"])
    path.chmod(0o600)
    assert checks.own_key_is_usable(None) == []
    path.chmod(0o644)
    assert ids(checks.own_key_is_usable(None)) == ["jwt_app.W005"]


@pytest.mark.parametrize("content", [b"", b"not a key", write_pem(ALGORITHMS["EdDSA"].generate())])
def test_a_key_file_that_does_not_fit_is_an_error(settings: Settings, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "private.pem"
    path.write_bytes(content)
    settings.JWT_PRIVATE_KEY = str(path)
    assert ids(checks.own_key_is_usable(None)) == ["jwt_app.E004"]


def test_the_key_may_be_in_the_setting_itself(settings: Settings, pems: dict[str, bytes]) -> None:
    for text in (pems["RS256"].decode(), pems["RS256"].decode().replace("\n", "\\n")):
        settings.JWT_PRIVATE_KEY = text
        assert checks.own_key_is_usable(None) == []
        assert configured_pem() == pems["RS256"]
    settings.JWT_PRIVATE_KEY = pems["ES256"].decode()
    (found,) = checks.own_key_is_usable(None)
    assert found.id == "jwt_app.E004"
    assert "BEGIN" not in found.msg


def test_no_key_at_all_leaves_it_to_the_ring(settings: Settings, tmp_path: Path) -> None:
    for value in ("", str(tmp_path / "private.pem")):
        settings.JWT_PRIVATE_KEY = value
        assert configured_pem() is None
        assert checks.own_key_is_usable(None) == []


def test_a_key_file_that_cannot_be_read_is_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.JWT_PRIVATE_KEY = str(tmp_path)
    assert ids(checks.own_key_is_usable(None)) == ["jwt_app.E004"]
