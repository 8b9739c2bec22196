"""Consent: what a person has allowed an app, what must still be asked, and what is therefore granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.models import Application, Consent, Grant, RefreshToken, Scope
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from custom_scopes_and_policies_app.signals import (
    app_authorized,
    consent_declined,
    consent_given,
    consent_withdrawn,
)
from custom_scopes_and_policies_app.token_store import revoke_family


@dataclass(frozen=True, slots=True)
class Coverage:
    """`granted` maps each scope to its level; `missing` has the scopes a person has to be asked about."""

    granted: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.missing


def find_consent(*, user: User, client: Application) -> Consent | None:
    """The person's consent for an app; None when never given or withdrawn."""
    return Consent.objects.filter(user=user, application=client, withdrawn_at__isnull=True).first()


def cover(*, scopes: Sequence[str], client: Application, consent: Consent | None) -> Coverage:
    """What of a request is granted already, and what is not."""
    granted: dict[str, str] = {}
    missing: list[str] = []
    for name in scopes:
        entry = catalogue()[name]
        if client.is_first_party:
            granted[name] = entry.levels[-1].value if entry.levels else ""
        elif consent is not None and _is_settled(entry, consent):
            if name in consent.scopes:
                granted[name] = consent.scopes[name]
        elif entry.scope.approval == Scope.Approval.AUTOMATIC:
            granted[name] = default_level(entry)
        else:
            missing.append(name)
    return Coverage(granted, tuple(missing))


def default_level(entry: CatalogueEntry) -> str:
    """The level that is chosen when nobody chose: the lowest, never the highest (K01)."""
    return entry.levels[0].value if entry.levels else ""


def _is_settled(entry: CatalogueEntry, consent: Consent) -> bool:
    scope = entry.scope
    if scope.approval == Scope.Approval.ALWAYS:
        return False
    if scope.name in consent.declined:
        return not scope.is_required
    if scope.name not in consent.scopes:
        return False
    if entry.levels and entry.level(consent.scopes[scope.name]) is None:
        # The level that was chosen does not exist any more: ask again.
        return False
    has_old_text = int(consent.text_versions.get(scope.name, 0)) < scope.text_version
    return not (scope.asks_again_on_new_text and has_old_text)


def give_consent(
    *,
    user: User,
    client: Application,
    granted: Mapping[str, str],
    declined: Sequence[str],
    caller: Caller,
) -> Consent:
    """Write down what a person allowed. Scopes of earlier consents that were not asked about stay as they are."""
    now = timezone.now()
    with transaction.atomic():
        consent, is_first = Consent.objects.get_or_create(user=user, application=client)
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


def decline(*, user: User, client: Application, scopes: Sequence[str], caller: Caller) -> None:
    """Record that a person denied an app. Earlier consents stay."""
    with transaction.atomic():
        consent_declined.emit(
            user_id=user.pk, client_id=client.client_id, scopes=scopes, outcome="refused", caller=caller
        )


def withdraw_consent(*, consent: Consent, caller: Caller | None) -> bool:
    """Take a consent back and end every token that came from it. True when this call did it."""
    now = timezone.now()
    with transaction.atomic():
        withdrawn = Consent.objects.filter(pk=consent.pk, withdrawn_at__isnull=True).update(withdrawn_at=now)
        if not withdrawn:
            return False
        # A code already given but not yet redeemed goes first: a redemption under way holds its row, so that either
        # its family is seen below or its claim finds nothing.
        Grant.objects.filter(
            user_id=consent.user_id, application_id=consent.application_id, consumed_at__isnull=True
        ).delete()
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
