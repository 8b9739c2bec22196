"""What the desk does when something below it happens: a session that ends takes its tokens with it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from core_app.events import Event
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.models import RefreshToken
from custom_scopes_and_policies_app.scopes import forget_catalogue
from custom_scopes_and_policies_app.token_store import revoke_family


def revoke_tokens_of_session(sender: object, event: Event, **kwargs: Any) -> None:
    """Runs inside the transaction that ends the session: no live family without a live session (§4)."""
    families = RefreshToken.objects.select_related("application").filter(
        session_id=event.sid, revoked_at__isnull=True
    )
    for family in families:
        revoke_family(
            family=family,
            reason=RefreshToken.RevokeReason.SESSION_ENDED,
            client_id=family.application.client_id,
            caller=event.caller,
            now=timezone.now(),
        )


def forget_client(sender: object, **kwargs: Any) -> None:
    """A client was saved or deleted here: this process must not use its old copy."""
    transaction.on_commit(forget_cached_clients)


def forget_scopes(sender: object, **kwargs: Any) -> None:
    """A scope or level was saved or deleted here."""
    transaction.on_commit(forget_catalogue)
