"""Probes: up or not, ready or not, and what is missing while it still works."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from jwt_app.models import SigningKey

LIVE, READY = "/health/live", "/health/ready"
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.mark.requirement("F74")
def test_a_server_that_has_everything_is_ready(server: None) -> None:
    answer = Client().get(READY)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["checks"]["database"] == "ok"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.requirement("F74")
def test_without_a_key_to_sign_with_it_is_not_ready_and_still_alive(server: None) -> None:
    SigningKey.objects.all().delete()
    answer = Client().get(READY)
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["database"] == "no active signing key"
    assert Client().get(LIVE).status_code == 200


@pytest.mark.requirement("F74", "R21")
def test_with_a_migration_missing_it_is_not_ready_until_it_is_there(server: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'x' WHERE app = 'otp_app'")
    try:
        answer = Client().get(READY)
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "migrations missing"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET app = 'otp_app' WHERE app = 'x'")


@pytest.mark.requirement("F74", "R05", "R07")
def test_without_the_database_it_is_alive_and_not_ready(server: None) -> None:
    def away(*args: object, **kwargs: object) -> object:
        raise DatabaseError("gone")

    with connection.execute_wrapper(away):
        answer = Client().get(READY)
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "unreachable"
        assert "gone" not in answer.content.decode()
        assert Client().get(LIVE).status_code == 200


@pytest.mark.requirement("F74", "R01")
def test_without_redis_it_is_ready_and_says_that_something_is_missing(
    server: None, settings: Settings
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "auth_server_django.redis.cache.GuardedRedisCache",
            "LOCATION": NOBODY_LISTENS,
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2, "CONNECTION_POOL_KWARGS": {"retry": None}},
        }
    }
    answer = Client().get(READY)
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["cache"] == "degraded"


@pytest.mark.requirement("F74", "R10")
@pytest.mark.parametrize("url", [NOBODY_LISTENS, "amqp://guest@127.0.0.1:1//"])
def test_without_the_broker_it_is_ready_and_says_that_something_is_missing(
    server: None, settings: Settings, url: str
) -> None:
    settings.CELERY_BROKER_URL = url
    settings.MESSAGING_DELIVERY = "celery"
    answer = Client().get(READY)
    assert answer.status_code == 200
    assert answer.json()["checks"]["broker"] == "degraded"
    assert "127.0.0.1" not in answer.content.decode()


@pytest.mark.requirement("F74")
def test_a_server_without_a_broker_misses_none(server: None, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = ""
    assert Client().get(READY).json()["checks"]["broker"] == "unused"


@pytest.mark.requirement("F74")
@pytest.mark.parametrize("path", [LIVE, READY])
def test_probes_come_by_plain_http_to_an_address_we_never_heard_of(
    server: None, settings: Settings, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["login.example.com"]
    probe = Client(SERVER_NAME="10.1.2.3")
    assert probe.get(path).status_code == 200
    assert probe.head(path).status_code == 200
    assert probe.post(path).status_code == 405
    assert probe.get("/login/").status_code == 400, "the pages still look at the host"


@pytest.mark.requirement("F74")
def test_a_second_probe_asks_little(server: None) -> None:
    Client().get(READY)
    asked: list[str] = []

    def note(execute: object, sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]

    with connection.execute_wrapper(note):
        assert Client().get(READY).status_code == 200
    assert len(asked) <= 2, asked
