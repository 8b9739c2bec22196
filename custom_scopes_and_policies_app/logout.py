"""Ending: one sign-in, one device, one app, or everything. Every door comes in here or in `sessions_app.ending`.

What ends a session ends the codes and token families that came from it, offline ones too: `sid` binds them to it.
The apps are told by back-channel in the same transaction (`receivers.end_what_came_from_session`).
"""

from django.db.models import QuerySet
from django.utils import timezone

from accounts_app.models import User
from core_app.caller import Caller
from core_app.transactions import run_in_transaction
from custom_scopes_and_policies_app.backchannel import deliver_after_commit
from custom_scopes_and_policies_app.consents import find_consent, withdraw_consent
from custom_scopes_and_policies_app.device_authorizations import withdraw_approvals
from custom_scopes_and_policies_app.logout_notices import write_notices
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, Grant, RefreshToken
from custom_scopes_and_policies_app.token_store import revoke_family
from sessions_app.ending import end_session, end_sessions_of, end_sessions_on
from sessions_app.models import Device, SsoSession

LOGOUT = SsoSession.EndReason.LOGOUT


def end_one(*, session: SsoSession, caller: Caller, reason: str = LOGOUT) -> bool:
    """End one sign-in. True when this call did it."""
    return end_session(session=session, reason=reason, caller=caller)


def end_device(*, device: Device, caller: Caller, reason: str = LOGOUT) -> int:
    """End every sign-in on a device; returns how many this call ended. The device stays known."""
    return run_in_transaction(lambda: end_sessions_on(device=device, reason=reason, caller=caller))


def end_app(*, user: User, client: Application, caller: Caller) -> None:
    """Take the app's consent back, where there is one, end its tokens for this person, and tell it."""

    def end() -> None:
        families = RefreshToken.objects.filter(user=user, application=client)
        sids = set(families.filter(session__ended_at__isnull=True).values_list("session_id", flat=True))
        consent = find_consent(user=user, client=client)
        if consent is not None:
            withdraw_consent(consent=consent, caller=caller)
        # Our own apps need no consent, but may have a code or an approved device on its way.
        Grant.objects.filter(user=user, application=client, consumed_at__isnull=True).delete()
        withdraw_approvals(DeviceAuthorization.objects.filter(user=user, application=client))
        _revoke(
            families,
            client_id=client.client_id,
            reason=RefreshToken.RevokeReason.CONSENT_WITHDRAWN,
            caller=caller,
        )
        told = sum(
            write_notices(sid=sid, sub=user.sub, apps=[client]) for sid in sorted(sids - {None}, key=str)
        )
        if told:
            deliver_after_commit()

    run_in_transaction(end)


def end_everything(
    *, user: User, caller: Caller, keep: SsoSession | None = None, reason: str = LOGOUT
) -> int:
    """End every sign-in of a person but `keep`, and tokens that belong to none; returns how many sign-ins ended."""

    def end() -> int:
        ended = end_sessions_of(
            user_id=user.pk, reason=reason, keep=[keep] if keep is not None else [], caller=caller
        )
        end_tokens_without_session(user_id=user.pk, caller=caller)
        return ended

    return run_in_transaction(end)


def end_tokens_without_session(*, user_id: int, caller: Caller | None) -> None:
    """End the families of a person that no session would take along."""
    families = RefreshToken.objects.filter(user_id=user_id, session__isnull=True)
    _revoke(families, client_id="", reason=RefreshToken.RevokeReason.SESSION_ENDED, caller=caller)


def _revoke(families: QuerySet[RefreshToken], *, client_id: str, reason: str, caller: Caller | None) -> None:
    live = families.select_related("application").filter(revoked_at__isnull=True).order_by("pk")
    for family in live:
        revoke_family(
            family=family,
            reason=reason,
            client_id=client_id or family.application.client_id,
            caller=caller,
            now=timezone.now(),
        )
