"""A psycopg connection on which nothing is waited for longer than it may take."""

import select
import time
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus


class HurriedConnection(psycopg.Connection[Any]):
    """Closed when an answer takes longer than `most_seconds`; None: as long as it likes."""

    most_seconds: float | None = None
    # When the server last said something, by the monotonic clock.
    answered_at: float = float("-inf")

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's own. Raises OperationalError when the answer does not come in time."""
        if timeout is not None or self.most_seconds is None:
            answer = super().wait(gen, interval=interval, timeout=timeout)
        else:
            answer = self._wait_as_long_as_it_may_take(gen, interval)
        self.answered_at = time.monotonic()
        return answer

    def answered_within(self, seconds: float) -> bool:
        """Whether the server has said something so recently."""
        return time.monotonic() - self.answered_at < seconds

    def is_quiet(self) -> bool:
        """Whether nothing has come unasked: what a server says last is why it closes the connection."""
        if self.closed or self.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN | select.POLLPRI)
        return not poll.poll(0)

    def _wait_as_long_as_it_may_take(self, gen: PQGen[Any], interval: float) -> Any:
        try:
            return super().wait(gen, interval=interval, timeout=self.most_seconds)
        except psycopg.errors._WaitTimeout as error:
            # In the middle of an answer: nothing more can be asked on this connection.
            self.pgconn.finish()
            raise psycopg.OperationalError("the database takes too long to answer") from error
