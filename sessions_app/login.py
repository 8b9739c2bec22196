"""The login pipeline. Browsers go through `prove` and `complete`, apps that show their own pages through
`complete_for_app`. All of them end in `_start`, the one place where a sign-in comes to be.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.caller import Caller, caller_of
from core_app.errors import AppError
from sessions_app import pending as pending_logins
from sessions_app.assurance import acr_of, amr_of
from sessions_app.browser import browser_binding
from sessions_app.conf import conf
from sessions_app.devices import recognise_device
from sessions_app.ending import end_session
from sessions_app.middleware import SID_KEY, sso_session_of
from sessions_app.models import SsoSession
from sessions_app.pending import PendingLogin
from sessions_app.signals import device_new, session_started, session_stepped_up
from sessions_app.steps import next_step_url
from sessions_app.tokens import issue_tokens


class StepNeeded(AppError):
    """Another proof is wanted that only the pages can ask for."""

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
    leads to `next_url`, a path that the caller has checked with `safe_path`.
    """
    begun = pending or pending_logins.begin(
        user_id=user.pk, binding=browser_binding(request), next_url=next_url
    )
    proven = begun.with_proofs(methods, timezone.now())
    step_url = next_step_url(request, proven)
    if step_url is not None:
        pending_logins.store(proven)
        return step_url
    pending_logins.discard(proven.pending_id)
    complete(request, user=user, pending=proven)
    return proven.next_url


def complete(request: HttpRequest, *, user: User, pending: PendingLogin) -> SsoSession:
    """Log in: write or step up the `SsoSession`, rotate the Django session key, remember the device."""
    caller = caller_of(request)
    current = sso_session_of(request)
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
    *, user: User, methods: Sequence[str], binding: str, caller: Caller, client_id: str = ""
) -> dict[str, object]:
    """Sign somebody in for an app that showed its own pages; returns the token answer (RFC 6749 §5.1).

    `methods` are RFC 8176 names, `binding` names the device (64 hex digits), `client_id` the app (the first-party
    client when left out). Session, tokens and record are written in one transaction. Raises StepNeeded, and what
    the token issuer raises; nothing is written then.
    """
    begun = pending_logins.begin(user_id=user.pk, binding=binding, next_url="")
    proven = begun.with_proofs(methods, timezone.now())
    if next_step_url(None, proven) is not None:
        raise StepNeeded(_("This account needs one more step. Sign in on the web page of this service."))
    with transaction.atomic():
        session = _start(user, proven, caller)
        update_last_login(User, user)
        return issue_tokens(user=user, session=session, client_id=client_id, caller=caller)


def _start(user: User, pending: PendingLogin, caller: Caller) -> SsoSession:
    device, is_new_device = recognise_device(user=user, binding=pending.binding, caller=caller)
    now = timezone.now()
    session = SsoSession.objects.create(
        user=user,
        device=device,
        auth_time=_auth_time(pending),
        amr=amr_of(pending.proofs),
        acr=acr_of(pending.proofs),
        ip=caller.ip or None,
        user_agent=caller.user_agent,
        expires_at=now + timedelta(seconds=conf.SSO_SESSION_SECONDS),
    )
    if is_new_device:
        device_new.emit(user_id=user.pk, sid=session.sid, subject=str(device.pk), caller=caller)
    session_started.emit(user_id=user.pk, sid=session.sid, reason=" ".join(session.amr), caller=caller)
    return session


def _step_up(session: SsoSession, pending: PendingLogin, caller: Caller) -> SsoSession:
    """The same sign-in proves again: same `sid`, and exactly what was proven now (D08).

    What was proven weeks ago is not counted with what is fresh: a second factor's step brings the first one along.
    """
    session.auth_time = _auth_time(pending)
    session.amr = amr_of(pending.proofs)
    session.acr = acr_of(pending.proofs)
    session.last_seen_at = timezone.now()
    session.save(update_fields=["auth_time", "amr", "acr", "last_seen_at"])
    session_stepped_up.emit(
        user_id=session.user_id, sid=session.sid, reason=" ".join(pending.methods), caller=caller
    )
    return session


def _auth_time(pending: PendingLogin) -> datetime:
    return datetime.fromtimestamp(max(pending.proofs.values()), tz=UTC)
