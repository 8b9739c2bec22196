"""A way by JSON that is under way: a proof kept under a session id that is bound to nothing but its own secrecy.

122 random bits; the cache has its hash. A session only moves forward, one request at a time.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from core_app import kept
from core_app.errors import AppError
from email_auth_app.flows import proofs
from email_auth_app.flows.proofs import PendingProof, kind_of
from otp_app.purposes import Purpose
from sessions_app.devices import device_hash

TURN = "email.api-turn"
# Longer than any request takes, for a server that dies in the middle of one.
TURN_SECONDS = 30


class SessionGone(AppError):
    """The session id is unknown, for something else, too old, or has done its work."""

    code = "session_expired"

    def __init__(self) -> None:
        super().__init__(_("This session is unknown, finished or too old. Start again."), field="session_id")


class StepUnderWay(AppError):
    """Another request of the same session is being answered."""

    code = "step_under_way"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another request of this session is under way. Wait for its answer."))


def new_session(device_id: str) -> tuple[str, str]:
    """An id, and what a code is bound to and a device is recognised by: the app's own id, else this session alone."""
    session_id = str(uuid.uuid4())
    return session_id, device_hash(device_id or session_id)


@contextmanager
def its_turn(purpose: Purpose, session_id: str) -> Iterator[PendingProof]:
    """The session's proof, for this request alone. Raises StepUnderWay, SessionGone, and Unavailable when the cache is
    away.
    """
    if not kept.claim(TURN, session_id, seconds=TURN_SECONDS):
        raise StepUnderWay
    try:
        yield _load(purpose, session_id)
    finally:
        kept.drop(TURN, session_id)


def finish(purpose: Purpose, session_id: str) -> None:
    """The session has done its work. Raises SessionGone for all callers but one."""
    if not kept.take(kind_of(purpose), session_id):
        raise SessionGone


def _load(purpose: Purpose, session_id: str) -> PendingProof:
    pending = proofs.load(purpose, session_id)
    if pending is None:
        raise SessionGone
    return pending
