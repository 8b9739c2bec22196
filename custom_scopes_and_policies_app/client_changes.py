"""Changes to a registered client: its secrets, switching it off and on, deleting it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core_app.caller import Caller
from core_app.transactions import run_in_transaction
from custom_scopes_and_policies_app.client_keys import next_secret
from custom_scopes_and_policies_app.client_secrets import StoredSecret, store_secret
from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.device_authorizations import withdraw_approvals
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, Grant, RefreshToken
from custom_scopes_and_policies_app.origins import forget_origins
from custom_scopes_and_policies_app.signals import (
    client_deleted,
    client_disabled,
    client_enabled,
    client_secret_added,
    client_secret_ended,
)
from custom_scopes_and_policies_app.token_store import revoke_family

Change = Callable[[list[StoredSecret]], list[StoredSecret]]
MAX_SECRETS = 10


class ClientChangeRefused(Exception):
    """The client is not in the state this change is for; nothing was changed."""


def add_secret(*, client: Application, actor_id: int | None, caller: Caller | None) -> str:
    """Make another secret beside those there are; returns it, in clear only now.

    Raises ClientChangeRefused for a public client, and when there are `MAX_SECRETS` already.
    """
    secret = next_secret(Application.objects.get(pk=client.pk))
    stored = store_secret(secret)

    def add(existing: list[StoredSecret]) -> list[StoredSecret]:
        if len(existing) >= MAX_SECRETS:
            raise ClientChangeRefused
        return [*existing, stored]

    with transaction.atomic():
        _change_secrets(client, add)
        client_secret_added.emit(
            user_id=actor_id, client_id=client.client_id, subject=stored["hint"], caller=caller
        )
    return secret


def remove_secret(
    *, client: Application, secret_id: str, actor_id: int | None, caller: Caller | None
) -> None:
    """Whoever has this secret is refused from now on. Raises ClientChangeRefused when it is gone already."""
    with transaction.atomic():
        hint = _hint(_change_secrets(client, lambda existing: _without(existing, secret_id)), secret_id)
        client_secret_ended.emit(
            user_id=actor_id, client_id=client.client_id, reason="removed", subject=hint, caller=caller
        )


def expire_secret(
    *,
    client: Application,
    secret_id: str,
    expires_at: datetime | None,
    actor_id: int | None,
    caller: Caller | None,
) -> None:
    """Let this secret end by itself, or, with None, not any more. Raises ClientChangeRefused when it is gone."""
    end = expires_at.isoformat() if expires_at else None

    def set_end(existing: list[StoredSecret]) -> list[StoredSecret]:
        return [
            StoredSecret({**entry, "expires_at": end}) if entry["id"] == secret_id else entry
            for entry in existing
        ]

    with transaction.atomic():
        hint = _hint(_change_secrets(client, set_end), secret_id)
        client_secret_ended.emit(
            user_id=actor_id,
            client_id=client.client_id,
            reason="end_set" if end else "end_taken_away",
            subject=hint,
            caller=caller,
        )


def disable_client(*, client: Application, actor_id: int | None, caller: Caller | None) -> bool:
    """Switch an app off and end all it holds: codes, token families. True when this call did it."""

    def disable() -> bool:
        if not _switch(client, is_enabled=False):
            return False
        end_tokens(client=client, caller=caller)
        client_disabled.emit(user_id=actor_id, client_id=client.client_id, caller=caller)
        return True

    # On MariaDB a redemption asks for the app's row while it holds its code's: one of the two starts again.
    return run_in_transaction(disable)


def enable_client(*, client: Application, actor_id: int | None, caller: Caller | None) -> bool:
    """Switch an app on again. True when this call did it."""

    def enable() -> bool:
        if not _switch(client, is_enabled=True):
            return False
        # A process may have used its copy for a second after the app was switched off.
        end_tokens(client=client, caller=caller)
        client_enabled.emit(user_id=actor_id, client_id=client.client_id, caller=caller)
        return True

    return run_in_transaction(enable)


def delete_client(*, client: Application, actor_id: int | None, caller: Caller | None) -> None:
    """Delete an app, and with it its consents, codes and token families."""
    with transaction.atomic():
        end_tokens(client=client, caller=caller)
        client_deleted.emit(
            user_id=actor_id, client_id=client.client_id, subject=client.name[:200], caller=caller
        )
        client.delete()


def end_tokens(*, client: Application, caller: Caller | None) -> None:
    """Drop the app's codes and revoke its families, each with its row in the record."""
    # Codes first: a redemption under way holds its code's row, so that its family is either seen below or never made.
    Grant.objects.filter(application=client, consumed_at__isnull=True).delete()
    withdraw_approvals(DeviceAuthorization.objects.filter(application=client))
    now = timezone.now()
    families = RefreshToken.objects.filter(application=client, revoked_at__isnull=True).order_by("pk")
    for family in families:
        revoke_family(
            family=family,
            reason=RefreshToken.RevokeReason.OPERATOR,
            client_id=client.client_id,
            caller=caller,
            now=now,
        )


def _switch(client: Application, *, is_enabled: bool) -> bool:
    """One UPDATE decides which of several operators did it."""
    switched = Application.objects.filter(pk=client.pk, is_enabled=not is_enabled).update(
        is_enabled=is_enabled, updated=timezone.now()
    )
    client.is_enabled = is_enabled
    transaction.on_commit(forget_cached_clients)
    transaction.on_commit(forget_origins)
    return bool(switched)


def _change_secrets(client: Application, change: Change) -> list[StoredSecret]:
    """Change the list of secrets under the row's lock; returns the list as it was."""
    row = Application.objects.select_for_update().get(pk=client.pk)
    before: list[StoredSecret] = row.client_secrets
    if not row.is_confidential:
        raise ClientChangeRefused
    row.client_secrets = change(before)
    row.save(update_fields=["client_secrets", "updated"])
    client.client_secrets = row.client_secrets
    return before


def _without(existing: Iterable[StoredSecret], secret_id: str) -> list[StoredSecret]:
    return [entry for entry in existing if entry["id"] != secret_id]


def _hint(existing: Iterable[StoredSecret], secret_id: str) -> str:
    """The hint of one secret. Raises ClientChangeRefused when there is none of that id."""
    hint = next((entry["hint"] for entry in existing if entry["id"] == secret_id), None)
    if hint is None:
        raise ClientChangeRefused
    return hint
