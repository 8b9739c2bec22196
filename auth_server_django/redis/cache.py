"""The cache backend: django-redis, asked through the breaker."""

from functools import cached_property, lru_cache
from typing import Any

from django_redis.cache import RedisCache
from redis import Redis

from auth_server_django.conf import conf
from auth_server_django.redis.breaker import Breaker
from auth_server_django.redis.counting import count_up
from auth_server_django.redis.reading import Reader, reader_of


@lru_cache(maxsize=8)
def _breaker_of(server: str) -> Breaker:
    """One per server and process: Django makes a cache object for every thread."""
    return Breaker(failures=conf.REDIS_BREAKER_FAILURES, seconds=conf.REDIS_BREAKER_SECONDS)


class GuardedRedisCache(RedisCache):  # type: ignore[misc]
    """What Django's cache interface offers; each call may raise `LeftAlone`, which is a Redis error as any other."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._breaker = _breaker_of(server)

    def get(self, key: Any, default: Any = None, version: int | None = None, client: Any = None) -> Any:
        """Asked in every request, so it goes straight to Redis wherever there is one server and no other."""
        with self._breaker:
            reader = self._reader
            if reader is None or client is not None:
                return super().get(key, default=default, version=version, client=client)
            value = reader.get(self.make_key(key, version=version))
        return default if value is None else self.client.decode(value)

    @cached_property
    def _reader(self) -> Reader | None:
        return reader_of(self.client.get_client(write=False))

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().get_many(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().set(*args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().set_many(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().add(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().delete(*args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().delete_many(*args, **kwargs)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """As `get`, straight to Redis. Raises ValueError for a counter that is not there."""
        with self._breaker:
            redis = self.client.get_client(write=True)
            if not isinstance(redis, Redis):
                return int(super().incr(key, delta, version=version))
            used = count_up(redis, str(self.client.make_key(key, version=version)), delta)
        if used is None:
            raise ValueError("no such counter")
        return used

    def decr(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().decr(*args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().touch(*args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        with self._breaker:
            return super().has_key(*args, **kwargs)
