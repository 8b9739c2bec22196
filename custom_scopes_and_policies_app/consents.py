"""Consent: what a person has allowed an app. Given, lowered, withdrawn; independent of any token.

Every change holds the consent's row first, then codes, then families: one order, so that nobody waits in a circle.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction
from custom_scopes_and_policies_app.consent_effects import Change, end_what_exceeds, narrow_what_exceeds
from custom_scopes_and_policies_app.device_authorizations import withdraw_approvals
from custom_scopes_and_policies_app.models import (
    Application,
    Consent,
    DeviceAuthorization,
    Grant,
    RefreshToken,
)
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from custom_scopes_and_policies_app.signals import (
    app_authorized,
    consent_declined,
    consent_given,
    consent_lowered,
    consent_withdrawn,
)
from custom_scopes_and_policies_app.token_store import revoke_family


class NotLower(AppError):
    """A change of a stored consent would give more than it does, or takes what cannot be taken alone."""

    code = "not_lower"


def find_consent(*, user: User, client: Application) -> Consent | None:
    """The person's consent for an app; None when never given or withdrawn."""
    return Consent.objects.filter(user=user, application=client, withdrawn_at__isnull=True).first()


def give_consent(
    *,
    user: User,
    client: Application,
    granted: Mapping[str, str],
    declined: Sequence[str],
    caller: Caller,
) -> Consent:
    """Write down what a person allowed. Scopes of earlier consents that were not asked about stay as they are.

    Where this is less than before, what the app already holds gives no more than this from its next refresh on.
    """

    def give() -> Consent:
        return _give(user=user, client=client, granted=granted, declined=declined, caller=caller)

    return run_in_transaction(give)


def _give(
    *,
    user: User,
    client: Application,
    granted: Mapping[str, str],
    declined: Sequence[str],
    caller: Caller,
) -> Consent:
    now = timezone.now()
    made, is_first = Consent.objects.get_or_create(user=user, application=client)
    consent = Consent.objects.select_for_update().get(pk=made.pk)
    was_withdrawn = consent.withdrawn_at is not None
    earlier = {} if was_withdrawn else consent.scopes
    consent.scopes = {**earlier, **granted}
    for name in declined:
        consent.scopes.pop(name, None)
    consent.declined = sorted((set(consent.declined) | set(declined)) - set(granted))
    versions = {name: catalogue()[name].scope.text_version for name in granted}
    consent.text_versions = {**consent.text_versions, **versions}
    consent.given_at, consent.withdrawn_at = now, None
    consent.save()
    change = Change(user=user, client=client, levels=granted, removed=frozenset(declined))
    narrow_what_exceeds(change, caller=caller, now=now)
    consent_given.emit(
        user_id=user.pk,
        client_id=client.client_id,
        scopes=list(granted),
        policies=_chosen(granted),
        caller=caller,
    )
    if is_first or was_withdrawn:
        app_authorized.emit(
            user_id=user.pk,
            client_id=client.client_id,
            scopes=list(granted),
            subject=client.name,
            caller=caller,
        )
    return consent


def lower_consent(
    *, consent: Consent, levels: Mapping[str, str], removed: Collection[str], caller: Caller
) -> bool:
    """Allow less of what was allowed; whatever the app holds that gives more ends at once. True when it changed.

    `levels` maps scopes to their new levels, `removed` names scopes to take back. Raises NotLower, and changes
    nothing then, for a level above the present one and for a scope that is required or was never allowed.
    """
    return run_in_transaction(lambda: _lower(consent, levels, removed, caller))


def _lower(consent: Consent, levels: Mapping[str, str], removed: Collection[str], caller: Caller) -> bool:
    # Alone: with a join the app's row would be locked as well, against everybody whom it gives tokens.
    held = Consent.objects.select_for_update().get(pk=consent.pk)
    if held.withdrawn_at is not None:
        return False
    _check_lower(held, levels, removed)
    lowered = {name: value for name, value in levels.items() if value != held.scopes[name]}
    if not lowered and not removed:
        return False
    held.scopes = {
        name: lowered.get(name, value) for name, value in held.scopes.items() if name not in removed
    }
    held.declined = sorted({*held.declined, *removed})
    held.save(update_fields=["scopes", "declined"])
    change = Change(user=consent.user, client=held.application, levels=lowered, removed=frozenset(removed))
    end_what_exceeds(change, caller=caller, now=timezone.now())
    consent_lowered.emit(
        user_id=held.user_id,
        client_id=held.application.client_id,
        scopes=sorted({*lowered, *removed}),
        policies=_chosen(lowered),
        caller=caller,
    )
    return True


def _check_lower(consent: Consent, levels: Mapping[str, str], removed: Collection[str]) -> None:
    for name in {*levels, *removed}:
        entry = catalogue().get(name)
        if entry is None or name not in consent.scopes or (name in removed and entry.scope.is_required):
            raise NotLower(_("This cannot be taken back alone. Take back the whole access instead."))
        if name in levels and not _is_level_within(entry, levels[name], consent.scopes[name]):
            raise NotLower(_("Choose one of the levels shown."))


def _is_level_within(entry: CatalogueEntry, value: str, held: str) -> bool:
    """Whether a level exists and gives no more than the one that is held."""
    if not entry.levels:
        return not value
    return entry.level(value) is not None and not entry.is_lower(held, value)


def decline(*, user: User, client: Application, scopes: Sequence[str], caller: Caller) -> None:
    """Record that a person denied an app. Earlier consents stay."""
    with transaction.atomic():
        consent_declined.emit(
            user_id=user.pk, client_id=client.client_id, scopes=scopes, outcome="refused", caller=caller
        )


def withdraw_consent(*, consent: Consent, caller: Caller | None) -> bool:
    """Take a consent back and end every token that came from it. True when this call did it."""
    return run_in_transaction(lambda: _withdraw(consent, caller))


def _withdraw(consent: Consent, caller: Caller | None) -> bool:
    now = timezone.now()
    withdrawn = Consent.objects.filter(pk=consent.pk, withdrawn_at__isnull=True).update(withdrawn_at=now)
    if not withdrawn:
        return False
    # A code already given but not yet redeemed goes first: a redemption under way holds its row, so that either
    # its family is seen below or its claim finds nothing.
    Grant.objects.filter(
        user_id=consent.user_id, application_id=consent.application_id, consumed_at__isnull=True
    ).delete()
    withdraw_approvals(
        DeviceAuthorization.objects.filter(user_id=consent.user_id, application_id=consent.application_id)
    )
    families = RefreshToken.objects.filter(
        user_id=consent.user_id, application_id=consent.application_id, revoked_at__isnull=True
    )
    for family in families.order_by("pk"):
        revoke_family(
            family=family,
            reason=RefreshToken.RevokeReason.CONSENT_WITHDRAWN,
            client_id=consent.application.client_id,
            caller=caller,
            now=now,
        )
    consent_withdrawn.emit(
        user_id=consent.user_id,
        client_id=consent.application.client_id,
        scopes=list(consent.scopes),
        caller=caller,
    )
    return True


def _chosen(granted: Mapping[str, str]) -> dict[str, str]:
    return {scope: level for scope, level in granted.items() if level}
