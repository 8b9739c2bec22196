"""The login pipeline. Browsers go through `prove` and `complete`, apps that show their own pages through
`complete_for_app`. All of them end in `_start`, the one place where a sign-in comes to be.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import login as django_login
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.caller import Caller, caller_of
from core_app.errors import AppError, SignInAgain
from sessions_app import pending as pending_logins
from sessions_app.assurance import acr_of, amr_of
from sessions_app.browser import browser_binding
from sessions_app.devices import recognise_device
from sessions_app.ending import end_session
from sessions_app.lifetimes import ends_at
from sessions_app.middleware import SID_KEY, sso_session_of
from sessions_app.models import Device, SsoSession
from sessions_app.pending import PendingLogin
from sessions_app.signals import FIRST_DEVICE, device_new, session_started, session_stepped_up
from sessions_app.steps import next_step
from sessions_app.tokens import issue_tokens


class LoginGone(SignInAgain):
    """What was proven for this sign-in does not count any more."""

    code = "login_gone"

    def __init__(self) -> None:
        super().__init__(_("This sign-in waited too long or is over. Sign in again."), field="login_id")


class StepNeeded(AppError):
    """Another proof is wanted: `next_step` says which, `login_id` names the login that waits for it."""

    code = "login_step_needed"
    status = 403


def prove(
    request: HttpRequest,
    *,
    user: User,
    methods: Sequence[str],
    next_url: str,
    pending: PendingLogin | None = None,
) -> str:
    """Record what was just proven and return where to send the browser (303).

    `methods` are RFC 8176 names. Either another step wants its proof first, or the login is complete and the way
    leads to `next_url`, a path that the caller has checked with `safe_path`. Raises LoginGone, and Unavailable when
    the cache is away.
    """
    begun = pending or pending_logins.begin(
        user_id=user.pk, binding=browser_binding(request), next_url=next_url
    )
    proven = begun.with_proofs(methods, timezone.now())
    step = next_step(request, proven)
    if step is not None:
        pending_logins.store(proven)
        return step.url(proven)
    pending_logins.discard(proven.pending_id)
    complete(request, user=user, pending=proven)
    return proven.next_url


def complete(request: HttpRequest, *, user: User, pending: PendingLogin) -> SsoSession:
    """Log in: write or step up the `SsoSession`, rotate the Django session key, remember the device."""
    caller = caller_of(request)
    current = sso_session_of(request)
    if pending.sid and (current is None or str(current.sid) != pending.sid):
        # What it brings along was proven in a sign-in that has ended, or is not this browser's any more.
        raise LoginGone
    with transaction.atomic():
        if current is not None and current.user_id == user.pk:
            session = _step_up(current, pending, caller)
        else:
            if current is not None:
                end_session(session=current, reason=SsoSession.EndReason.REPLACED, caller=caller)
            session = _start(user, pending, caller)
    # Django cycles the key, or flushes the whole session when somebody else was signed in (I01, C15).
    django_login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    request.session.cycle_key()
    request.session[SID_KEY] = str(session.sid)
    request.sso_session = session  # type: ignore[attr-defined]
    return session


def complete_for_app(
    *,
    user: User,
    methods: Sequence[str],
    binding: str,
    caller: Caller,
    client_id: str = "",
    pending: PendingLogin | None = None,
) -> dict[str, object]:
    """Sign somebody in for an app that showed its own pages; returns the token answer (RFC 6749 §5.1).

    `methods` are RFC 8176 names, `binding` names the device (64 hex digits), `client_id` the app (the first-party
    client when left out); a step brings the `pending` login that it was asked for, which says both. Session, tokens
    and record are written in one transaction. Raises StepNeeded, LoginGone, and what the token issuer raises; nothing
    is written then.
    """
    begun = pending or pending_logins.begin(
        user_id=user.pk, binding=binding, next_url="", is_for_app=True, client_id=client_id
    )
    proven = begun.with_proofs(methods, timezone.now())
    step = next_step(None, proven)
    if step is not None:
        pending_logins.store(proven)
        raise StepNeeded(
            _("This account needs one more step to sign in."),
            extra={"next_step": step.name, "login_id": proven.pending_id},
        )
    if pending is not None and not pending_logins.take(pending):
        raise LoginGone
    with transaction.atomic():
        session = _start(user, proven, caller)
        return issue_tokens(user=user, session=session, client_id=proven.client_id, caller=caller)


def _start(user: User, pending: PendingLogin, caller: Caller) -> SsoSession:
    _claim_account(user, pending)
    device, is_new_device = recognise_device(user=user, binding=pending.binding, caller=caller)
    acr = acr_of(pending.proofs)
    session = SsoSession.objects.create(
        user=user,
        device=device,
        auth_time=_auth_time(pending),
        amr=amr_of(pending.proofs),
        acr=acr,
        ip=caller.ip or None,
        user_agent=caller.user_agent,
        expires_at=ends_at(acr, timezone.now()),
    )
    if is_new_device:
        is_first = not Device.objects.filter(user=user).exclude(pk=device.pk).exists()
        reason = FIRST_DEVICE if is_first else ""
        device_new.emit(
            user_id=user.pk, sid=session.sid, subject=str(device.pk), reason=reason, caller=caller
        )
    session_started.emit(user_id=user.pk, sid=session.sid, reason=" ".join(session.amr), caller=caller)
    return session


def _claim_account(user: User, pending: PendingLogin) -> None:
    """One UPDATE decides between a sign-in and a new password or a shut account at the same moment (C13, I04).

    Whoever changes the account holds its row: either the sign-in is there when sign-ins are ended, or what was proven
    for it is found to be out of date here. Raises LoginGone then.
    """
    unchanged = User.objects.filter(pk=user.pk, is_active=True, password_changed_at=user.password_changed_at)
    first, last = min(pending.proofs.values()), max(pending.proofs.values())
    if first < last:
        # `user` was read for the last proof; an earlier one may belong to the password before.
        proven_first = datetime.fromtimestamp(first, tz=UTC)
        unchanged = unchanged.filter(
            Q(password_changed_at__isnull=True) | Q(password_changed_at__lte=proven_first)
        )
    if not unchanged.update(last_login=timezone.now()):
        raise LoginGone


def _step_up(session: SsoSession, pending: PendingLogin, caller: Caller) -> SsoSession:
    """The same sign-in proves again: same `sid`, and exactly what was proven now (D08).

    What was proven weeks ago is not counted with what is fresh: a second factor's step brings the first one along.
    """
    session.auth_time = _auth_time(pending)
    session.amr = amr_of(pending.proofs)
    session.acr = acr_of(pending.proofs)
    session.last_seen_at = timezone.now()
    session.expires_at = min(ends_at("", session.created_at), ends_at(session.acr, session.last_seen_at))
    session.save(update_fields=["auth_time", "amr", "acr", "last_seen_at", "expires_at"])
    session_stepped_up.emit(
        user_id=session.user_id, sid=session.sid, reason=" ".join(pending.methods), caller=caller
    )
    return session


def _auth_time(pending: PendingLogin) -> datetime:
    return datetime.fromtimestamp(max(pending.proofs.values()), tz=UTC)
