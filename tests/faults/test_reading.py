"""The connections that only read: nobody's answer is another's, and one that was closed is opened again unnoticed."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from redis import ConnectionPool, Redis
from redis.exceptions import RedisError

from auth_server_django.redis.reading import Reader, reader_of
from tests.faults.live import PrivateRedis, private_redis

pytestmark = [pytest.mark.services, pytest.mark.requirement("R01", "R02")]
THREADS = 8
READS = 200


def reader_on(store: PrivateRedis) -> Reader:
    reader = reader_of(Redis.from_url(store.url, socket_timeout=0.2, socket_connect_timeout=0.2))
    assert reader is not None
    return reader


def fill(store: PrivateRedis) -> None:
    client = Redis.from_url(store.url)
    for number in range(THREADS):
        client.set(f"key-{number}", f"value-{number} Оюун".encode())


def test_a_redis_that_was_started_again_is_read_without_an_error(tmp_path: Path) -> None:
    with private_redis(tmp_path) as store:
        fill(store)
        reader = reader_on(store)
        assert reader.get("key-1") == "value-1 Оюун".encode()
        store.kill()
        with pytest.raises((RedisError, OSError)):
            reader.get("key-1")
        store.start()
        assert reader.get("key-1") is None
        store.kill()
        store.start()
        fill(store)
        assert reader.get("key-1") == "value-1 Оюун".encode()


def test_an_answer_that_comes_too_late_is_nobodys(tmp_path: Path) -> None:
    with private_redis(tmp_path) as store:
        fill(store)
        reader = reader_on(store)
        assert reader.get("key-1") is not None
        store.pause()
        with pytest.raises((RedisError, OSError)):
            reader.get("key-1")
        store.resume()
        assert reader.get("key-2") == "value-2 Оюун".encode()


def test_threads_read_what_they_asked_for(tmp_path: Path) -> None:
    with private_redis(tmp_path) as store:
        fill(store)
        reader, together = reader_on(store), Barrier(THREADS)

        def read(number: int) -> set[bytes | None]:
            together.wait()
            return {reader.get(f"key-{number}") for _ in range(READS)}

        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(read, range(THREADS)))
        assert found == [{f"value-{number} Оюун".encode()} for number in range(THREADS)]
        clients = Redis.from_url(store.url).client_list()
        assert len(clients) <= THREADS + 1


def test_a_forked_process_does_not_use_its_parents_connection(tmp_path: Path) -> None:
    with private_redis(tmp_path) as store:
        fill(store)
        reader = reader_on(store)
        assert reader.get("key-1") is not None
        child = os.fork()
        if not child:
            # Nothing of pytest may run here, whatever happens.
            try:
                watcher = Redis.from_url(store.url)
                before = len(watcher.client_list())
                found = reader.get("key-2") == "value-2 Оюун".encode()
                os._exit(0 if found and len(watcher.client_list()) == before + 1 else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert reader.get("key-3") == "value-3 Оюун".encode()


def test_where_a_pool_has_to_find_the_server_nothing_goes_around_it() -> None:
    class Finding(ConnectionPool):
        pass

    assert reader_of(Redis(connection_pool=Finding())) is None
    assert reader_of(object()) is None
