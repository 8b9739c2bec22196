"""One GET, and nothing around it.

redis-py wraps every command in retries, their callbacks and measurements, which costs several times the round trip to a
Redis that is near. Nothing of it is wanted on the request path: one try on a connection of the same pool, with the same
time-outs. A connection on which anything failed is closed by redis-py itself, so that a late answer is nobody's.
"""

from redis import Redis


def read(client: Redis, key: str) -> bytes | None:
    """The bytes at a key. Raises redis' errors and OSError."""
    pool = client.connection_pool
    connection = pool.get_connection()
    try:
        connection.send_command("GET", key)
        answer: bytes | None = connection.read_response()
        return answer
    finally:
        pool.release(connection)
