"""REDIS_URL in all its forms, and what is wrong with the others in words."""

import pytest

from auth_server_django.redis.address import BadRedisUrl, read_redis_url

PASSWORD = "s3cr3t-of-redis"


@pytest.mark.requirement("F72")
@pytest.mark.parametrize("url", ["redis://h:6379/0", "rediss://u:p@h/1", "redis://h", "redis://[::1]:6379/2"])
def test_one_server_is_cache_and_broker_as_it_stands(url: str) -> None:
    address = read_redis_url(url)
    assert (address.location, address.broker, address.options) == (url, url, {})


@pytest.mark.requirement("F72")
def test_sentinels_are_asked_for_the_primary() -> None:
    address = read_redis_url(f"redis+sentinel://:{PASSWORD}@one:26379,two/mymaster/3")
    assert address.location == f"redis://:{PASSWORD}@mymaster/3"
    assert address.options["SENTINELS"] == [("one", 26379), ("two", 26379)]
    assert address.options["CONNECTION_FACTORY"] == "django_redis.pool.SentinelConnectionFactory"
    assert address.broker == f"sentinel://:{PASSWORD}@one:26379/3;sentinel://:{PASSWORD}@two:26379/3"
    assert address.broker_options == {"master_name": "mymaster"}


@pytest.mark.requirement("F72")
def test_sentinels_with_tls() -> None:
    address = read_redis_url("rediss+sentinel://one/mymaster")
    assert address.options["CONNECTION_POOL_KWARGS"] == {"ssl": True}


@pytest.mark.requirement("F72")
def test_a_cluster_is_a_cache_and_no_broker() -> None:
    address = read_redis_url("redis+cluster://one:7000,two:7001,[::1]:7002")
    assert address.options["STARTUP_NODES"] == [("one", 7000), ("two", 7001), ("::1", 7002)]
    assert address.broker == ""


@pytest.mark.requirement("F72")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://h", "begins with http"),
        (f"{PASSWORD}", "begins with nothing"),
        ("redis://", "names no host"),
        (f"redis://:{PASSWORD}@h:port/0", "port"),
        (f"redis://:{PASSWORD}@h/main", "number of a database"),
        (f"redis+sentinel://:{PASSWORD}@one,two", "name the service"),
        ("redis+sentinel://one,,two/mymaster", "empty place"),
        ("redis+sentinel://one/mymaster/x", "number of a database"),
        ("redis+cluster://one/2", "no numbered databases"),
        ("redis+cluster://one:x", "host:port"),
        ("redis://[::1/0", "not a URL"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_password(url: str, words: str) -> None:
    with pytest.raises(BadRedisUrl, match=words) as refused:
        read_redis_url(url)
    assert PASSWORD not in str(refused.value)
