"""`REDIS_URL` in its forms, as settings of the cache: one server, Sentinels that know which one, or a cluster."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

SINGLE = {"redis", "rediss", "unix"}
SENTINEL = {"redis+sentinel", "rediss+sentinel"}
CLUSTER = {"redis+cluster": "redis", "rediss+cluster": "rediss"}
SENTINEL_PORT = 26379
CLUSTER_PORT = 6379


class BadRedisUrl(ValueError):
    """REDIS_URL cannot be used; the text says why, without the password."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is. `options` are django-redis' OPTIONS, `broker` is the same place as Celery writes it ("" when it
    cannot be a broker), `broker_options` its transport options.
    """

    location: str | list[str]
    options: dict[str, Any] = field(default_factory=dict)
    broker: str = ""
    broker_options: dict[str, Any] = field(default_factory=dict)


def read_redis_url(url: str) -> RedisAddress:
    """What a REDIS_URL means. Raises BadRedisUrl."""
    try:
        parts = urlsplit(url)
        parts.hostname  # noqa: B018  both raise for a malformed address
    except ValueError as error:
        raise BadRedisUrl("REDIS_URL is not a URL.") from error
    if parts.scheme in SINGLE:
        return _single(url, parts)
    if parts.scheme in SENTINEL:
        return _sentinel(parts)
    if parts.scheme in CLUSTER:
        return _cluster(parts)
    raise BadRedisUrl(
        f"REDIS_URL begins with {parts.scheme or 'nothing'}://; write redis://, rediss:// (TLS), unix://, "
        "redis+sentinel://host,host/service or redis+cluster://host,host."
    )


def _single(url: str, parts: SplitResult) -> RedisAddress:
    if parts.scheme == "unix":
        return RedisAddress(url, broker=url.replace("unix://", "redis+socket://", 1))
    try:
        parts.port  # noqa: B018
    except ValueError as error:
        raise BadRedisUrl("REDIS_URL: the port is not a number up to 65535.") from error
    if not parts.hostname:
        raise BadRedisUrl("REDIS_URL names no host.")
    if parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise BadRedisUrl("REDIS_URL: what follows the host is the number of a database, such as /0.")
    return RedisAddress(url, broker=url)


def _sentinel(parts: SplitResult) -> RedisAddress:
    """`redis+sentinel://user:password@host:26379,host/service/0`; the password is the one of Redis itself.

    All questions go to the primary: a replica that lags would know a session that has just ended.
    """
    tls = {"CONNECTION_POOL_KWARGS": {"ssl": True}} if parts.scheme.startswith("rediss") else {}
    sentinels = _hosts(parts, SENTINEL_PORT)
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        raise BadRedisUrl("REDIS_URL: name the service after the Sentinels, as …/mymaster or …/mymaster/0.")
    if database and not database.isdigit():
        raise BadRedisUrl("REDIS_URL: what follows the service is the number of a database, such as /0.")
    user_info = _user_info(parts)
    return RedisAddress(
        f"redis://{user_info}{service}/{database or 0}",
        {"CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory", "SENTINELS": sentinels, **tls},
        broker=";".join(f"sentinel://{user_info}{host}:{port}/{database or 0}" for host, port in sentinels),
        broker_options={"master_name": service},
    )


def _cluster(parts: SplitResult) -> RedisAddress:
    """`redis+cluster://user:password@host:6379,host`. Celery cannot use a cluster as its broker."""
    scheme = CLUSTER[parts.scheme]
    if parts.path.strip("/"):
        raise BadRedisUrl("REDIS_URL: a cluster has no numbered databases; end it after the hosts.")
    (host, port), *_others = hosts = _hosts(parts, CLUSTER_PORT)
    return RedisAddress(
        f"{scheme}://{_user_info(parts)}{host}:{port}/0",
        {
            "CLIENT_CLASS": "auth_server_django.redis.cluster.ClusterClient",
            "CONNECTION_FACTORY": "auth_server_django.redis.cluster.ClusterFactory",
            "STARTUP_NODES": hosts,
        },
    )


def _hosts(parts: SplitResult, usual_port: int) -> list[tuple[str, int]]:
    hosts = [_host(one.strip(), usual_port) for one in parts.netloc.rpartition("@")[2].split(",")]
    if not all(host for host, _port in hosts):
        raise BadRedisUrl("REDIS_URL: there is an empty place in the list of hosts.")
    return hosts


def _host(text: str, usual_port: int) -> tuple[str, int]:
    try:
        one = urlsplit(f"//{text}")
        return one.hostname or "", one.port or usual_port
    except ValueError as error:
        raise BadRedisUrl("REDIS_URL: write hosts as host:port,host:port.") from error


def _user_info(parts: SplitResult) -> str:
    user_info = parts.netloc.rpartition("@")[0]
    return f"{user_info}@" if user_info else ""
