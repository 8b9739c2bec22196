"""Events: what rooms tell the record, without knowing who keeps it.

A room declares its events in its `signals.py` as `AuditSignal("token.issued", "…")` and emits them last, inside the
transaction of the change. Receivers run at once and may raise: no change without its record (design §4).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.dispatch import Signal

from core_app.caller import Caller

SUCCESS = "success"
REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. Ids only: never a token, a code, a password or a full phone number."""

    name: str
    user_id: int | None = None
    client_id: str = ""
    sid: uuid.UUID | None = None
    jti: str = ""
    family: uuid.UUID | None = None
    grant_type: str = ""
    scopes: Sequence[str] = ()
    policies: Mapping[str, str] = field(default_factory=dict)
    outcome: str = SUCCESS
    reason: str = ""
    subject: str = ""
    caller: Caller | None = None


class AuditSignal(Signal):
    """A signal whose every sending is one row of the record. `name` is a stable dotted word.

    `folds`: it tells of a refusal that changed nothing and that anybody can ask for. Many alike within a minute are
    counted instead, so that strangers cannot fill the record (docs/adr/0011).
    """

    def __init__(self, name: str, meaning: str, *, folds: bool = False) -> None:
        # Every sending has the same sender, so that who listens is looked up once.
        super().__init__(use_caching=True)
        self.name = name
        self.meaning = meaning
        self.folds = folds
        if name in CATALOGUE:
            raise ValueError(f"event {name} is declared twice")
        CATALOGUE[name] = self

    def emit(
        self,
        *,
        user_id: int | None = None,
        client_id: str = "",
        sid: uuid.UUID | None = None,
        jti: str = "",
        family: uuid.UUID | None = None,
        grant_type: str = "",
        scopes: Sequence[str] = (),
        policies: Mapping[str, str] | None = None,
        outcome: str = SUCCESS,
        reason: str = "",
        subject: str = "",
        caller: Caller | None = None,
    ) -> None:
        """Tell the receivers. Runs inside the caller's transaction; a receiver that raises rolls it back."""
        self.send(
            sender=AuditSignal,
            event=Event(
                name=self.name,
                user_id=user_id,
                client_id=client_id,
                sid=sid,
                jti=jti,
                family=family,
                grant_type=grant_type,
                scopes=tuple(scopes),
                policies=dict(policies or {}),
                outcome=outcome,
                reason=reason,
                subject=subject,
                caller=caller,
            ),
        )


CATALOGUE: dict[str, AuditSignal] = {}
