"""A psycopg connection on which nothing is waited for longer than it may take."""

import select
import time
from functools import cached_property
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from auth_server_django.postgresql.questions import Questions


class HurriedConnection(psycopg.Connection[Any]):
    """Closed when an answer takes longer than `most_seconds`; None: as long as it likes."""

    most_seconds: float | None = None
    # When the server last said something, by the monotonic clock.
    answered_at: float = float("-inf")

    @cached_property
    def questions(self) -> Questions:
        """The statements that come often."""
        return Questions(self)

    def set_autocommit(self, value: bool) -> None:
        """As psycopg's own, which goes a long way to learn that there is nothing to wait for."""
        if self.is_idle():
            self._autocommit = value
        else:
            super().set_autocommit(value)

    def commit(self) -> None:
        """As psycopg's own, which goes a long way to learn that there is nothing to commit."""
        if not self.is_idle():
            super().commit()

    def is_idle(self) -> bool:
        """Whether no transaction is under way."""
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    def begins_nothing(self) -> bool:
        """Whether a statement asked now would be one of the transaction under way, or one by itself."""
        status = self.pgconn.transaction_status
        return status == TransactionStatus.INTRANS or (status == TransactionStatus.IDLE and self.autocommit)

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
