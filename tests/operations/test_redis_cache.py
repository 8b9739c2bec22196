"""The cache on Redis: a look-up goes straight there, gives what django-redis would, and never another's answer."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django_redis.cache import RedisCache
from redis.exceptions import RedisError

from tests.faults.live import PrivateRedis, private_redis

pytestmark = pytest.mark.services

BACKEND = "auth_server_django.redis.cache.GuardedRedisCache"
PATIENT = {
    "SOCKET_CONNECT_TIMEOUT": 20,
    "SOCKET_TIMEOUT": 20,
    "CONNECTION_POOL_KWARGS": {"retry": None, "retry_on_timeout": False},
}
HURRIED = {**PATIENT, "SOCKET_TIMEOUT": 0.2}


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[PrivateRedis]:
    with private_redis(tmp_path) as running:
        settings.CACHES = {"default": {"BACKEND": BACKEND, "LOCATION": running.url, "OPTIONS": PATIENT}}
        yield running


@pytest.mark.parametrize(
    "value", ["text", "Оюун", "", 0, 1, -5, 1.5, True, None, {"a": [1, "b"]}, b"\x00\xff"]
)
def test_what_is_read_is_what_was_written(redis: PrivateRedis, value: object) -> None:
    usual = RedisCache(redis.url, {"OPTIONS": PATIENT})
    cache.set("one", value, 60)
    found = cache.get("one", "missing")
    assert found == usual.get("one", "missing")
    assert found == value
    assert type(found) is type(value)


def test_a_key_that_is_not_there_gives_the_default_of_its_own_version(redis: PrivateRedis) -> None:
    cache.set("one", "first", 60, version=1)
    assert cache.get("one", version=1) == "first"
    assert cache.get("one", version=2) is None
    assert cache.get("two", "else") == "else"


@pytest.mark.requirement("R02")
def test_an_answer_that_came_too_late_is_nobodys(redis: PrivateRedis, settings: Any) -> None:
    cache.set_many({"mine": "mine", "yours": "yours"}, 60)
    # Another place of the same Redis, as another database would be: its pool has the short time-out.
    settings.CACHES = {
        "default": {"BACKEND": BACKEND, "LOCATION": f"{redis.url}?client_name=hurried", "OPTIONS": HURRIED}
    }
    redis.pause()
    with pytest.raises((RedisError, OSError)):
        cache.get("mine")
    redis.resume()
    right, deadline = 0, time.monotonic() + 60
    while right < 6:
        asked = "mine" if right % 2 else "yours"
        try:
            assert cache.get(asked) == asked
            right += 1
        except (RedisError, OSError):
            # A machine under load may be late again; only a wrong answer would be wrong.
            assert time.monotonic() < deadline


def test_a_value_of_another_kind_is_an_error_and_redis_is_not_left_alone_for_it(redis: PrivateRedis) -> None:
    key = cache.make_key("list")
    client: Any = cache
    client.client.get_client().rpush(key, "a")
    for _ in range(10):
        with pytest.raises(RedisError, match="WRONGTYPE"):
            cache.get("list")
    cache.set("one", "there", 60)
    assert cache.get("one") == "there"


def test_a_counter_goes_up_as_django_redis_counts_it_and_keeps_its_end(redis: PrivateRedis) -> None:
    usual = RedisCache(redis.url, {"OPTIONS": PATIENT})
    cache.set("counter", 1, 60)
    assert cache.incr("counter") == 2
    assert usual.incr("counter", 5) == 7
    assert cache.incr("counter", -3) == 4
    assert cache.get("counter") == 4
    assert 0 < usual.ttl("counter") <= 60


def test_a_counter_that_is_not_there_is_not_begun(redis: PrivateRedis) -> None:
    with pytest.raises(ValueError, match="no such counter"):
        cache.incr("counter")
    assert cache.get("counter") is None
