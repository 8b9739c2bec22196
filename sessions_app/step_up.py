"""Asking a signed-in person for more proof: a pending login that brings along what this sign-in has proven lately."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts_app.models import User
from core_app.conf import as_bool
from sessions_app import pending as pending_logins
from sessions_app.assurance import AAL2, MULTI
from sessions_app.browser import browser_binding
from sessions_app.conf import conf
from sessions_app.models import SsoSession
from sessions_app.pending import PendingLogin


def begin_step_up(
    request: HttpRequest, *, session: SsoSession, required_acr: str, next_url: str
) -> PendingLogin:
    """A pending login of the person of this live sign-in, not yet stored. It ends with that sign-in.

    What was proven longer than `STEP_UP_TRUSTS_SECONDS` ago is not brought along, and is asked for again.
    """
    age = timezone.now() - session.auth_time
    is_trusted = age <= timedelta(seconds=conf.STEP_UP_TRUSTS_SECONDS)
    proven_at = session.auth_time.timestamp()
    return pending_logins.begin(
        user_id=session.user_id,
        binding=browser_binding(request),
        next_url=next_url,
        proofs={method: proven_at for method in session.amr if method != MULTI} if is_trusted else {},
        required_acr=required_acr,
        sid=str(session.sid),
    )


def acr_of_operators() -> str:
    """What an operator has to prove to sign in and to use the admin; "" when nothing special."""
    setting = conf.ADMIN_REQUIRES_SECOND_FACTOR
    is_required = as_bool(setting) if setting else not settings.DEBUG
    return AAL2 if is_required else ""


def acr_required_of(user: User) -> str:
    """What this person has to prove whenever they sign in; "" when nothing special."""
    if user.is_staff and acr_of_operators():
        return AAL2
    groups = conf.MFA_REQUIRED_GROUPS
    return AAL2 if groups and user.groups.filter(name__in=groups).exists() else ""
