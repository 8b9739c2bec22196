"""A Redis that hangs costs a few time-outs, then nothing; when it goes on, it is used again."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from redis.exceptions import RedisError

from auth_server_django.conf import conf
from auth_server_django.redis.breaker import LeftAlone
from custom_scopes_and_policies_app.models import Application
from scripts.live_server import free_port
from sessions_app.liveness import ALIVE, DEAD, forget, is_session_live, session_key
from sessions_app.models import SsoSession
from tests.faults.live import PrivateRedis, private_redis
from tests.oauth import OAuthBrowser, introspect
from tests.sessions.conftest import bearer

pytestmark = [pytest.mark.requirement("R02")]


def use_redis(settings: Any, url: str) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "auth_server_django.redis.cache.GuardedRedisCache",
            "LOCATION": url,
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": 0.2,
                "SOCKET_TIMEOUT": 0.2,
                "CONNECTION_POOL_KWARGS": {"retry": None, "retry_on_timeout": False},
            },
        }
    }


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[PrivateRedis]:
    with private_redis(tmp_path) as redis:
        use_redis(settings, redis.url)
        yield redis


def failing_call() -> tuple[float, type[Exception]]:
    started = time.monotonic()
    with pytest.raises((RedisError, OSError)) as caught:
        cache.get("anything")
    return time.monotonic() - started, caught.type


@pytest.mark.services
def test_a_paused_redis_costs_three_time_outs_and_then_nothing(store: PrivateRedis) -> None:
    cache.set("anything", "there")
    store.pause()
    for _ in range(3):
        cost, _kind = failing_call()
        assert cost > 0.15
    started = time.monotonic()
    kinds = [failing_call()[1] for _ in range(50)]
    moments = (time.monotonic() - started) / conf.REDIS_BREAKER_SECONDS
    # On a busy machine the fifty take longer than the moment after which one call tries again.
    assert len([kind for kind in kinds if kind is not LeftAlone]) <= moments + 1
    assert LeftAlone in kinds
    store.resume()
    deadline = time.monotonic() + 60
    while True:
        try:
            assert cache.get("anything") == "there"
            break
        except RedisError:
            assert time.monotonic() < deadline


@pytest.mark.services
@pytest.mark.requirement("C10", "R01")
def test_what_ended_while_redis_was_paused_is_dead_when_it_goes_on(
    browser_of_somebody: OAuthBrowser, store: PrivateRedis
) -> None:
    session = SsoSession.objects.get()
    assert is_session_live(session.sid)
    assert cache.get(session_key(session.sid)) == ALIVE
    store.pause()
    forget([session_key(session.sid)])
    store.resume()
    deadline = time.monotonic() + 60
    while _value(session) != DEAD:
        assert time.monotonic() < deadline


def _value(session: SsoSession) -> int | None:
    try:
        value: int | None = cache.get(session_key(session.sid))
    except RedisError:
        return None
    return value


@pytest.mark.requirement("R01", "F40", "F42")
def test_without_redis_sessions_and_tokens_live_by_the_database(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], settings: Any
) -> None:
    tokens = browser_of_somebody.tokens()
    use_redis(settings, f"redis://127.0.0.1:{free_port()}/0")
    assert browser_of_somebody.client.get("/account/").status_code == 200
    assert introspect(Client(), tokens["access_token"], api)["active"] is True
    browser_of_somebody.client.post("/logout/")
    assert introspect(Client(), tokens["access_token"], api) == {"active": False}


@pytest.mark.requirement("R01", "R05", "C10")
def test_without_redis_and_database_nothing_is_active(
    browser_of_somebody: OAuthBrowser, app: Application, settings: Any
) -> None:
    tokens = browser_of_somebody.tokens()

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    use_redis(settings, f"redis://127.0.0.1:{free_port()}/0")
    browser_of_somebody.client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        page = browser_of_somebody.client.get("/account/")
        userinfo = Client().get("/o/userinfo/", **bearer(tokens))
        listed = Client().get("/api/auth/sessions/", **bearer(tokens))
    for answer in (page, userinfo, listed):
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert b"server closed" not in answer.content
    assert "sub" not in userinfo.json()


@pytest.mark.requirement("F42")
def test_a_warm_check_of_a_token_is_no_sql(
    browser_of_somebody: OAuthBrowser, app: Application, api: tuple[str, str], django_assert_num_queries: Any
) -> None:
    tokens = browser_of_somebody.tokens()
    introspect(Client(), tokens["access_token"], api)
    with django_assert_num_queries(0):
        assert introspect(Client(), tokens["access_token"], api)["active"] is True
