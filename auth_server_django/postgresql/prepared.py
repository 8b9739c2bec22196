"""A cursor for the statements of the hot endpoints: each text is read by the server once per connection."""

from typing import Any

import psycopg
from psycopg.abc import Params
from psycopg.pq import TransactionStatus

# Only what asks for it is prepared. The texts that Django makes differ each time, and would push out the few that stay.
NEVER_BY_ITSELF = 2**31 - 1


class PreparedCursor(psycopg.Cursor[Any]):
    """Parameters go beside the text, not in it. Where `DATABASE_PREPARED` is off, the text is read each time."""

    def execute(
        self,
        query: Any,
        params: Params | None = None,
        *,
        prepare: bool | None = True,
        binary: bool | None = None,
    ) -> "PreparedCursor":
        """As psycopg's own, prepared unless the caller says otherwise."""
        try:
            return super().execute(query, params, prepare=prepare, binary=binary)
        except psycopg.errors.FeatureNotSupported:
            # A migration changed the type of a column, and the plan with it: beside live traffic, that is no reason to
            # fail. Within a transaction nothing more can be asked; its ROLLBACK makes psycopg forget its statements.
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL", prepare=False)
            return super().execute(query, params, prepare=prepare, binary=binary)
