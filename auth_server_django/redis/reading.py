"""One GET, and nothing around it.

redis-py wraps every command in retries, their callbacks and measurements, and its pool in locks and events, which
together cost several times the round trip to a Redis that is near. Nothing of it is wanted on the request path: one try
on a connection that only this asks, made as the pool makes its own and with the same time-outs.
"""

import os
from functools import lru_cache

from redis import Connection, ConnectionPool, Redis
from redis.exceptions import RedisError


class Reader:
    """The connections of this process that only read: as many as there are threads that ever read at once."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._idle: list[Connection] = []

    def get(self, key: str) -> bytes | None:
        """The bytes at a key. Raises redis' errors and OSError."""
        connection = self._take()
        try:
            name = key.encode()
            connection.send_packed_command([b"*2\r\n$3\r\nGET\r\n$%d\r\n%b\r\n" % (len(name), name)])
            answer: bytes | None = connection.read_response()
            return answer
        finally:
            # One on which anything failed was closed by redis-py itself, so that a late answer is nobody's.
            self._idle.append(connection)

    def _take(self) -> Connection:
        """A connection that nothing waits on. Raises redis' errors."""
        # `pop` and `append` are one step each: two threads never hold the same connection.
        while self._idle:
            connection = self._idle.pop()
            # After a fork, what the parent opened is still the parent's.
            if connection.pid == os.getpid():
                return _quiet(connection)
        made: Connection = self._pool.connection_class(**self._pool.connection_kwargs)
        return made


def _quiet(connection: Connection) -> Connection:
    """The connection, closed if the server closed it or said something unasked: it is opened again when it is used."""
    if connection.is_connected and _has_something_come(connection):
        connection.disconnect()
    return connection


def _has_something_come(connection: Connection) -> bool:
    try:
        return bool(connection.can_read())
    except (RedisError, OSError):
        return True


@lru_cache(maxsize=8)
def _reader_on(pool: ConnectionPool) -> Reader:
    return Reader(pool)


def reader_of(client: object) -> Reader | None:
    """How to read from where this client does; None where only its pool knows the server: Sentinels and clusters."""
    pool = client.connection_pool if isinstance(client, Redis) else None
    return _reader_on(pool) if type(pool) is ConnectionPool else None
