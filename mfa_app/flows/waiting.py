"""A login that waits for a second factor, seen with its person and what they can prove."""

import hashlib
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.errors import AppError
from mfa_app.kinds import AMR, Kind
from mfa_app.policy import Possible, is_missing, offered
from mfa_app.selectors import possible_of
from mfa_app.step import required_acr
from sessions_app import pending as pending_logins
from sessions_app.assurance import acr_of, satisfies
from sessions_app.browser import browser_binding
from sessions_app.login import LoginGone
from sessions_app.middleware import sso_session_of
from sessions_app.pending import PendingLogin


class NotOffered(AppError):
    """This way is not one that this login can go on by."""

    code = "method_not_offered"

    def __init__(self) -> None:
        super().__init__(
            _("This cannot be used here. Choose one of the ways that are offered."), field="method"
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """`required_acr` is what has to be reached; "" when the person's own wish for a second factor is all."""

    pending: PendingLogin
    user: User
    possible: Possible
    required_acr: str

    @property
    def offered(self) -> list[Kind]:
        """What may be proven now, the best first."""
        return offered(self.possible, self.pending.proofs, self.required_acr)

    @property
    def is_missing(self) -> bool:
        """Whether something is still missing; not, when the same form was sent twice."""
        return is_missing(self.possible, self.pending.proofs, self.required_acr)

    @property
    def without_url(self) -> str:
        """Where to go on without the proof, when it is only wished for; else ""."""
        return self.pending.next_url if self.pending.notes.get("is_wish") else ""

    @property
    def can_set_up(self) -> bool:
        """Whether an authenticator app may be set up in the middle of signing in: only by whoever has nothing at all,
        where two factors are insisted on and the app would make them.
        """
        has_nothing = not (self.possible.enrolled or self.offered)
        return has_nothing and satisfies(acr_of({*self.pending.proofs, *AMR[Kind.TOTP]}), self.required_acr)

    @property
    def about(self) -> str:
        """Names this login in what is stored for it. Its id itself opens something."""
        return hashlib.sha256(f"pending-login:{self.pending.pending_id}".encode()).hexdigest()

    def require(self, kind: Kind) -> None:
        """Raise NotOffered unless this kind is offered: no step is skipped by sending another one's form (H06)."""
        if kind not in self.offered:
            raise NotOffered

    def with_notes(self, **notes: str | float) -> "Waiting":
        """The same with these notes, stored. Raises Unavailable when the cache is away."""
        pending = self.pending.with_notes(**notes)
        pending_logins.store(pending)
        return replace(self, pending=pending)


def waiting_in_browser(request: HttpRequest, pending_id: str) -> Waiting:
    """What this browser's login waits for. Raises LoginGone, and Unavailable when the cache is away."""
    pending = pending_logins.load(pending_id, binding=browser_binding(request))
    if pending is None:
        raise LoginGone
    session = sso_session_of(request) if pending.sid else None
    if pending.sid and (session is None or str(session.sid) != pending.sid):
        raise LoginGone
    return _waiting(pending)


def waiting_for_app(login_id: str) -> Waiting:
    """What an app's login waits for. Raises LoginGone, and Unavailable when the cache is away."""
    pending = pending_logins.load_for_app(login_id)
    if pending is None:
        raise LoginGone
    return _waiting(pending)


def _waiting(pending: PendingLogin) -> Waiting:
    user = User.objects.filter(pk=pending.user_id, is_active=True).first()
    if user is None or _is_outdated(pending, user):
        pending_logins.discard(pending.pending_id)
        raise LoginGone
    return Waiting(pending, user, possible_of(user), required_acr(user, pending))


def _is_outdated(pending: PendingLogin, user: User) -> bool:
    """The password that was proven is not the password any more."""
    proven_at = pending.proofs.get("pwd")
    return bool(proven_at and user.password_changed_at and user.password_changed_at.timestamp() > proven_at)
