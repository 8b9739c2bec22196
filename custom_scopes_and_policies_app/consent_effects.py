"""What a smaller consent does to codes and tokens already given: they end, or give less from the next refresh on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, Grant, RefreshToken
from custom_scopes_and_policies_app.scopes import catalogue
from custom_scopes_and_policies_app.signals import token_narrowed
from custom_scopes_and_policies_app.token_store import revoke_family

OFFLINE_ACCESS = "offline_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is allowed from now on, as far as it was decided now: the levels of some scopes, and scopes taken back."""

    user: User
    client: Application
    levels: Mapping[str, str]
    removed: frozenset[str]

    def is_exceeded_by(self, granted: Mapping[str, str]) -> bool:
        return self.reduce(granted) != dict(granted)

    def reduce(self, granted: Mapping[str, str]) -> dict[str, str]:
        """The same without what is not allowed any more. Never more of anything."""
        return {name: self._level(name, level) for name, level in granted.items() if name not in self.removed}

    def _level(self, name: str, level: str) -> str:
        entry = catalogue().get(name)
        if entry is None or name not in self.levels:
            return level
        return self.levels[name] if entry.is_lower(self.levels[name], level) else level


def end_what_exceeds(change: Change, *, caller: Caller, now: datetime) -> None:
    """End every code and family that gives more than is allowed now."""
    _drop_codes(change)
    for family in _families(change):
        _revoke(family, change, caller=caller, now=now)


def narrow_what_exceeds(change: Change, *, caller: Caller, now: datetime) -> None:
    """Let families that give more than is allowed now give just that from their next refresh on.

    Only what lives on without the person, or has nothing left, ends at once (C14).
    """
    _drop_codes(change)
    for family in _families(change):
        left = change.reduce(family.granted)
        if not left or OFFLINE_ACCESS in set(family.granted) - set(left):
            _revoke(family, change, caller=caller, now=now)
        else:
            _narrow(family, left, change, caller=caller)


def _drop_codes(change: Change) -> None:
    """Codes before families: a redemption under way holds its code's row, and its family is then seen afterwards."""
    codes = Grant.objects.filter(user=change.user, application=change.client, consumed_at__isnull=True)
    exceeding = [code.pk for code in codes if change.is_exceeded_by(code.granted)]
    if exceeding:
        Grant.objects.filter(pk__in=exceeding, consumed_at__isnull=True).delete()
    _deny_devices(change)


def _deny_devices(change: Change) -> None:
    """An approval that a device has not fetched yet is a code by another name (RFC 8628)."""
    approved = DeviceAuthorization.objects.filter(
        user=change.user, application=change.client, state=DeviceAuthorization.State.APPROVED
    )
    exceeding = [device.pk for device in approved if change.is_exceeded_by(device.granted)]
    if exceeding:
        approved.filter(pk__in=exceeding).update(state=DeviceAuthorization.State.DENIED)


def _families(change: Change) -> list[RefreshToken]:
    families = RefreshToken.objects.filter(
        user=change.user, application=change.client, revoked_at__isnull=True
    ).order_by("pk")
    return [family for family in families if change.is_exceeded_by(family.granted)]


def _revoke(family: RefreshToken, change: Change, *, caller: Caller, now: datetime) -> None:
    revoke_family(
        family=family,
        reason=RefreshToken.RevokeReason.CONSENT_WITHDRAWN,
        client_id=change.client.client_id,
        caller=caller,
        now=now,
    )


def _narrow(family: RefreshToken, left: Mapping[str, str], change: Change, *, caller: Caller) -> None:
    policies = {name: level for name, level in left.items() if level}
    narrowed = RefreshToken.objects.filter(pk=family.pk, revoked_at__isnull=True).update(
        scope=" ".join(left), policies=policies
    )
    if narrowed:
        token_narrowed.emit(
            user_id=change.user.pk,
            client_id=change.client.client_id,
            sid=family.session_id,
            family=family.pk,
            scopes=list(left),
            policies=policies,
            caller=caller,
        )
