"""One step of a counter, and nothing around it: as `reading.read` asks for one value."""

from redis import Redis

# In one step, so that a counter which runs out meanwhile is not begun anew without its end.
COUNT_IF_THERE = """if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('INCRBY', KEYS[1], ARGV[1]) end
return false"""


def count_up(client: Redis, key: str, amount: int) -> int | None:
    """Add to a counter; its new value, or None where there is none. Raises redis' errors and OSError."""
    pool = client.connection_pool
    connection = pool.get_connection()
    try:
        connection.send_command("EVAL", COUNT_IF_THERE, 1, key, amount)
        answer: int | None = connection.read_response()
        return answer
    finally:
        pool.release(connection)
