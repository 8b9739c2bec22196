"""What the store asks of a database. Two engines do it: one for each database, one for PostgreSQL alone."""

import uuid
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from custom_scopes_and_policies_app.models import Grant, RefreshToken
from custom_scopes_and_policies_app.plan import TokenPlan, Write


class LostRace(Exception):
    """Another request has used the code or the refresh token first; nothing was written."""


class Engine(Protocol):
    """Two reads and two writes. A write is a transaction; the event that tells of it is emitted within.

    A write raises LostRace, when it begins or when it ends, where its claim did not hold: then nothing was written,
    neither by it nor by those who listened to the event.
    """

    def find_grant(self, code: str) -> Grant | None:
        """The row of a code with its person, session and what the person allows the app now, in one statement."""

    def find_family(self, family_id: uuid.UUID) -> RefreshToken | None:
        """A family with its person, its session and its app's id, in one statement."""

    def code(self, grant: Grant, *, request_id: str) -> AbstractContextManager[None]:
        """Write a new code; the stored request it answers ("" for none) is used up, which only one can do."""

    def tokens(self, plan: TokenPlan, write: Write, *, now: datetime) -> AbstractContextManager[None]:
        """Use up what the plan comes from and write what it makes. `write` may be another than the plan's own."""
