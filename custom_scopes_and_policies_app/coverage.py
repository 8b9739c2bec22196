"""What of a request is granted already, and what a person has to be asked about: a pure reading of stored decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from custom_scopes_and_policies_app.models import Application, Consent, Scope
from custom_scopes_and_policies_app.redirect_uris import is_own_web_address
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from sessions_app.assurance import satisfies


@dataclass(frozen=True, slots=True)
class Coverage:
    """`granted` maps each scope to its level; `missing` has the scopes a person has to be asked about."""

    granted: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.missing


def is_assured(client: Application, redirect_uri: str) -> bool:
    """Whether this is surely the app it says it is (RFC 8252 §8.6, RFC 6749 §10.2).

    A secret proves it, and so does an answer that only reaches the app's own https address. Any program on a device
    can listen on a loopback port or claim a private-use scheme: such an app is known by nothing, so that no earlier
    consent counts for it. No operator can vouch for who listens there in the name of a first-party app.
    """
    return client.is_confidential or is_own_web_address(redirect_uri)


def cover(*, scopes: Sequence[str], client: Application, consent: Consent | None, acr: str = "") -> Coverage:
    """What of a request is settled. `acr` is what the person has proven; it only matters to first-party apps."""
    granted: dict[str, str] = {}
    missing: list[str] = []
    for name in scopes:
        entry = catalogue()[name]
        if client.is_first_party and entry.scope.approval != Scope.Approval.ALWAYS:
            granted[name] = _highest_level(entry, acr)
        elif consent is not None and _is_settled(entry, consent):
            if name in consent.scopes:
                granted[name] = consent.scopes[name]
        elif entry.scope.approval == Scope.Approval.AUTOMATIC:
            granted[name] = default_level(entry)
        else:
            missing.append(name)
    return Coverage(granted, tuple(missing))


def consented_scopes() -> Subquery:
    """For a query of codes or device authorizations: the scopes of the consent in force, None without one."""
    in_force = Consent.objects.filter(
        user=OuterRef("user"), application=OuterRef("application"), withdrawn_at__isnull=True
    )
    return Subquery(in_force.values("scopes")[:1])


def is_still_given(
    *, granted: Mapping[str, str], client: Application, consented: Mapping[str, str] | None
) -> bool:
    """Whether nothing of a grant was taken back since. `consented`: scopes and levels of the consent now in force.

    A person may take an app's access back at the very moment at which a code is written for it.
    """
    allowed = consented or {}
    return all(
        _needs_nobody(name, level, client) or _is_within(name, level, allowed)
        for name, level in granted.items()
    )


def _needs_nobody(name: str, level: str, client: Application) -> bool:
    """Whether it is given without asking; a scope that no longer exists is the business of other rules."""
    entry = catalogue().get(name)
    if entry is None:
        return True
    if client.is_first_party and entry.scope.approval != Scope.Approval.ALWAYS:
        return True
    return entry.scope.approval == Scope.Approval.AUTOMATIC and not entry.is_lower(
        default_level(entry), level
    )


def _is_within(name: str, level: str, allowed: Mapping[str, str]) -> bool:
    return name in allowed and not catalogue()[name].is_lower(allowed[name], level)


def default_level(entry: CatalogueEntry) -> str:
    """The level that is chosen when nobody chose: the lowest, never the highest (K01)."""
    return entry.levels[0].value if entry.levels else ""


def _highest_level(entry: CatalogueEntry, acr: str) -> str:
    """What our own apps get: the most that this sign-in has proven enough for."""
    reached = [level.value for level in entry.levels if satisfies(acr, level.required_acr)]
    return reached[-1] if reached else default_level(entry)


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
