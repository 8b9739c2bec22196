"""Unsafe combinations of settings, each found under an id of its own."""

from typing import Any
from unittest.mock import patch

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from auth_server_django import production

SAFE: dict[str, Any] = {
    "DEBUG": False,
    "DEMO": False,
    "ISSUER_URL": "https://login.example.com",
    "SECRET_KEY": "Zk3-vN8qLr5tXw1yBcD7eFgH2jKmP4sU6aQ9iOo0zYxTbVnMl-pQ2r",
    "WEB_PROCESSES": 4,
    "REDIS_URL": "redis://redis/0",
    "ENGINE": "auth_server_django.postgresql",
    "SMS_ROUTES": "*=twilio",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "TRUSTED_PROXIES": ["10.0.0.5/32"],
    "METRICS_NETWORKS": ["10.0.0.0/8"],
    "DATABASE_STATEMENT_SECONDS": 30,
}
ONE_PROCESS: dict[str, Any] = {
    "WEB_PROCESSES": 1, "REDIS_URL": "", "ENGINE": "django.db.backends.sqlite3",
}  # fmt: skip


def found(settings: Settings, changes: dict[str, Any]) -> list[str]:
    values = {**SAFE, **changes}
    with patch.dict(settings.DATABASES["default"], {"ENGINE": values.pop("ENGINE")}):
        for name, value in values.items():
            setattr(settings, name, value)
        messages: list[CheckMessage] = [*production.check_production(None), *production.check_networks(None)]
    return [str(message.id).partition(".")[2] for message in messages]


@pytest.mark.requirement("L06", "F72")
@pytest.mark.parametrize("changes", [{}, ONE_PROCESS], ids=["several processes", "one process"])
def test_a_safe_server_is_told_nothing(settings: Settings, changes: dict[str, Any]) -> None:
    assert found(settings, changes) == []


@pytest.mark.requirement("L06")
def test_a_developers_machine_is_told_nothing_about_strangers(settings: Settings) -> None:
    local = {"DEBUG": True, "DEMO": True, "ISSUER_URL": "http://localhost:8000", "SMS_ROUTES": "*=console"}
    assert found(settings, {**ONE_PROCESS, **local}) == []


@pytest.mark.requirement("L06", "F72", "login:F10")
@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"DEBUG": True}, ["E010"]),
        ({"ISSUER_URL": "http://login.example.com"}, ["E011"]),
        ({"DEMO": True}, ["W011"]),
        ({"ENGINE": "django.db.backends.sqlite3"}, ["E012"]),
        ({"REDIS_URL": ""}, ["E013"]),
        ({"SECRET_KEY": "django-insecure-" + SAFE["SECRET_KEY"]}, ["E014"]),
        ({"SECRET_KEY": "short"}, ["E014"]),
        ({"SECRET_KEY": "a" * 60}, ["E014"]),
        ({"SMS_ROUTES": "MN=twilio;*=console"}, ["W010"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["W012"]),
        ({"TRUSTED_PROXIES": ["0.0.0.0/0"]}, ["W013"]),
        ({"TRUSTED_PROXIES": ["::/0"]}, ["W013"]),
        ({"TRUSTED_PROXIES": ["the proxy"]}, ["E015"]),
        ({"DATABASE_STATEMENT_SECONDS": 0}, ["W014"]),
        ({"METRICS_NETWORKS": ["0.0.0.0/0"]}, ["W015"]),
    ],
    ids=str,
)
def test_each_unsafe_setting_is_found(settings: Settings, changes: dict[str, Any], ids: list[str]) -> None:
    assert found(settings, changes) == ids
