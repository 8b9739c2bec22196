"""What the desk does when something below it happens: a session that ends takes its tokens with it."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts_app.models import User
from core_app.events import Event
from custom_scopes_and_policies_app.backchannel import deliver_after_commit
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.consents import withdraw_consent
from custom_scopes_and_policies_app.device_authorizations import withdraw_approvals
from custom_scopes_and_policies_app.logout import end_tokens_without_session
from custom_scopes_and_policies_app.logout_notices import apps_of, write_notices
from custom_scopes_and_policies_app.models import Consent, DeviceAuthorization, Grant, RefreshToken
from custom_scopes_and_policies_app.origins import forget_origins
from custom_scopes_and_policies_app.scopes import forget_catalogue
from custom_scopes_and_policies_app.token_store import family_key, revoke_family
from sessions_app.liveness import forget_on_commit


def end_what_came_from_session(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction that ends the session: no live family without a live session (§4)."""
    if event.sid is None or event.user_id is None:
        return
    # Codes first: a redemption under way holds its code's row, so that its family is either seen below or never made.
    Grant.objects.filter(session_id=event.sid, consumed_at__isnull=True).delete()
    withdraw_approvals(DeviceAuthorization.objects.filter(session_id=event.sid))
    families = RefreshToken.objects.select_related("application").filter(
        session_id=event.sid, revoked_at__isnull=True
    )
    for family in families.order_by("pk"):
        revoke_family(
            family=family,
            reason=RefreshToken.RevokeReason.SESSION_ENDED,
            client_id=family.application.client_id,
            caller=event.caller,
            now=timezone.now(),
        )
    _tell_apps(event.sid, event.user_id)


def end_tokens_of_person(sender: object, event: Event, **kwargs: Any) -> None:
    """A shut account: what belongs to no session ends too (I04)."""
    if event.user_id is not None:
        end_tokens_without_session(user_id=event.user_id, caller=event.caller)


def withdraw_everything(sender: object, event: Event, **kwargs: Any) -> None:
    """Somebody proved a number that nobody had proven: what was allowed on the account before is not theirs."""
    if event.user_id is None:
        return
    given = Consent.objects.select_related("application").filter(
        user_id=event.user_id, withdrawn_at__isnull=True
    )
    for consent in given:
        withdraw_consent(consent=consent, caller=event.caller)
    end_tokens_without_session(user_id=event.user_id, caller=event.caller)


def forget_family(sender: object, instance: RefreshToken, **kwargs: Any) -> None:
    """A family was deleted, with its person or app: nothing may remember it as alive."""
    forget_on_commit([family_key(instance.pk)])


def forget_client(sender: object, **kwargs: Any) -> None:
    """A client was saved or deleted here: this process must not use its old copy."""
    transaction.on_commit(forget_cached_clients)
    transaction.on_commit(forget_origins)


def _tell_apps(sid: uuid.UUID, user_id: int) -> None:
    """Queue the news for the apps that want it by back-channel; delivered after the commit."""
    apps = list(apps_of(sid).exclude(backchannel_logout_uri=""))
    if apps:
        sub = User.objects.values_list("sub", flat=True).get(pk=user_id)
        write_notices(sid=sid, sub=sub, apps=apps)
        deliver_after_commit()


def forget_scopes(sender: object, **kwargs: Any) -> None:
    """A scope or level was saved or deleted here."""
    transaction.on_commit(forget_catalogue)
