"""What the desk does when something below it happens: a session that ends takes its tokens with it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from core_app.events import Event
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.models import Grant, RefreshToken
from custom_scopes_and_policies_app.scopes import forget_catalogue
from custom_scopes_and_policies_app.token_store import family_key, revoke_family
from sessions_app.liveness import forget_on_commit


def revoke_tokens_of_session(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction that ends the session: no live family without a live session (§4)."""
    # Codes first: a redemption under way holds its code's row, so that its family is either seen below or never made.
    Grant.objects.filter(session_id=event.sid, consumed_at__isnull=True).delete()
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


def forget_family(sender: object, instance: RefreshToken, **kwargs: Any) -> None:
    """A family was deleted, with its person or app: nothing may remember it as alive."""
    forget_on_commit([family_key(instance.pk)])


def forget_client(sender: object, **kwargs: Any) -> None:
    """A client was saved or deleted here: this process must not use its old copy."""
    transaction.on_commit(forget_cached_clients)


def forget_scopes(sender: object, **kwargs: Any) -> None:
    """A scope or level was saved or deleted here."""
    transaction.on_commit(forget_catalogue)
