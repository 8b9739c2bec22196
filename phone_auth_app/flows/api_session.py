"""A way in by JSON that is under way, kept in the cache under its hashed session id.

The id is bound to nothing but its own secrecy (122 random bits). A session only moves forward, one request at a
time, and ends for exactly one caller.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from core_app import kept
from core_app.errors import AppError
from otp_app.purposes import Purpose
from phone_auth_app.conf import conf
from phone_auth_app.flows.codes import PendingCode
from sessions_app.devices import device_hash

KIND = "api"
TURN = "api-turn"
# Longer than any request takes, for a server that dies in the middle of one.
TURN_SECONDS = 30


class Step(StrEnum):
    """What the server waits for: the `next_step` of the answers."""

    PASSWORD = "password"  # noqa: S105  a step's name
    CODE = "otp"
    NEW_PASSWORD = "set_password"  # noqa: S105
    PROFILE = "user_info"


class SessionGone(AppError):
    """The session id is unknown, too old, or has done its work."""

    code = "session_expired"

    def __init__(self) -> None:
        super().__init__(
            _("This session is unknown, finished or too old. Start again with /api/register/."),
            field="session_id",
        )


class WrongStep(AppError):
    """A step out of its order; `next_step` says which one is due."""

    code = "wrong_step"
    status = 409

    def __init__(self, due: Step) -> None:
        super().__init__(
            _("This session waits for another step: %(step)s.") % {"step": due.value},
            extra={"next_step": due.value},
        )


class StepUnderWay(AppError):
    """Another request of the same session is being answered."""

    code = "step_under_way"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another request of this session is under way. Wait for its answer."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSession:
    """`device` is the hash that names the app installation ("" when it named none), `code` what was sent.

    `sub` is chosen at the start: whoever sends "set-password" twice is recognised as the owner of the account.
    Times are POSIX seconds; `password_set_at` is when this session made the account.
    """

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    step: Step
    phone: str
    device: str = ""
    code: PendingCode | None = None
    proven_at: float | None = None
    password_set_at: float | None = None
    sub: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def binding(self) -> str:
        """What a one-time code is bound to and a device is recognised by: this session alone, if none was named."""
        return self.device or device_hash(self.id)

    def as_signup(self) -> PendingCode:
        """The sign-up that this session carries on, as the pages know it."""
        return PendingCode(
            purpose=Purpose.SIGNUP.value,
            phone=self.phone,
            binding=self.binding,
            sub=self.sub,
            proven_at=self.proven_at,
        )


def save(session: ApiSession) -> ApiSession:
    """Keep it for `API_SESSION_SECONDS` more. Raises Unavailable when the cache is away."""
    facts = {name: value for name, value in asdict(session).items() if name != "id"}
    kept.save(KIND, session.id, facts, seconds=conf.API_SESSION_SECONDS)
    return session


@contextmanager
def its_turn(step: Step, session_id: str) -> Iterator[ApiSession]:
    """The session, for this request alone, if this is the step it waits for.

    A step sent twice at once is taken once, before anything is counted or tried. Raises StepUnderWay, SessionGone,
    WrongStep, and Unavailable when the cache is away.
    """
    if not kept.claim(TURN, session_id, seconds=TURN_SECONDS):
        raise StepUnderWay
    try:
        yield _waiting_for(step, session_id)
    finally:
        kept.drop(TURN, session_id)


def _waiting_for(step: Step, session_id: str) -> ApiSession:
    facts = kept.load(KIND, session_id)
    if facts is None:
        raise SessionGone
    due = Step(facts["step"])
    if due is not step:
        raise WrongStep(due)
    code = PendingCode(**facts["code"]) if facts["code"] else None
    return ApiSession(**{**facts, "id": session_id, "step": due, "code": code})


@contextmanager
def finishing(session: ApiSession) -> Iterator[None]:
    """End the session around what it ends in: for one caller only, the others get SessionGone.

    Should the last step fail, the session is there again.
    """
    if not kept.take(KIND, session.id):
        raise SessionGone
    try:
        yield
    except Exception:
        save(session)
        raise
