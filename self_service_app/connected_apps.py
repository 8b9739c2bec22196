"""The apps that may use somebody's account: those with a consent, and those that need none and hold live tokens."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.consent_form import read_answer
from custom_scopes_and_policies_app.consents import lower_consent, withdraw_consent
from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken
from custom_scopes_and_policies_app.scopes import catalogue


@dataclass(frozen=True, slots=True)
class Permission:
    """One scope in words; `level` says how much of it, "" where there is no choice."""

    label: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedApp:
    """A row of the page. `was_allowed` is False for an app that works without the person's consent.

    `can_be_lowered`: something of it can be taken back alone.
    """

    public_id: uuid.UUID
    name: str
    owner: str
    site_url: str
    logo_url: str
    permissions: list[Permission]
    since: datetime
    last_used_at: datetime | None
    was_allowed: bool
    can_be_lowered: bool


def connected_apps(user: User) -> list[ConnectedApp]:
    """By name. Four statements at most, however many apps there are."""
    last_uses = _last_uses(user)
    consents = Consent.objects.select_related("application").filter(user=user, withdrawn_at__isnull=True)
    allowed = [_from_consent(consent, last_uses) for consent in consents]
    families = _live_families(user).exclude(application__in=[consent.application_id for consent in consents])
    others = [
        _from_families(client, list(group), last_uses)
        for client, group in groupby(families, key=lambda family: family.application)
    ]
    return sorted([*allowed, *others], key=lambda app: app.name.casefold())


def count_connected_apps(user: User) -> int:
    """How many rows `connected_apps` has, by one statement."""
    allowed = Consent.objects.filter(user=user, withdrawn_at__isnull=True).values_list("application_id")
    others = _live_families(user).order_by().values_list("application_id")
    return allowed.union(others).count()


def find_app(*, user: User, public_id: uuid.UUID) -> Application | None:
    """An app that this person has or had connected; None for every other, existing or not."""
    client = Application.objects.filter(public_id=public_id).first()
    if client is None:
        return None
    was_connected = (
        Consent.objects.filter(user=user, application=client).exists()
        or RefreshToken.objects.filter(user=user, application=client).exists()
    )
    return client if was_connected else None


def allow_less(consent: Consent, posted: QueryDict, *, caller: Caller) -> bool:
    """Lower a consent to what the page's form says; True when that changed something.

    With nothing left the consent is withdrawn. Raises AppError for an answer that the page did not offer.
    """
    shown = [name for name in catalogue() if name in consent.scopes]
    answer = read_answer(posted, shown, acr=None)
    if not answer.granted:
        return withdraw_consent(consent=consent, caller=caller)
    return lower_consent(consent=consent, levels=answer.granted, removed=answer.declined, caller=caller)


def _live_families(user: User) -> QuerySet[RefreshToken]:
    """Token families that can still be used, those of one app together, the oldest first."""
    now = timezone.now()
    session_is_live = Q(session__isnull=True) | Q(session__ended_at__isnull=True, session__expires_at__gt=now)
    return (
        RefreshToken.objects.select_related("application")
        .filter(
            session_is_live,
            user=user,
            revoked_at__isnull=True,
            expires_at__gt=now,
            application__is_enabled=True,
        )
        .order_by("application_id", "created_at")
    )


def _last_uses(user: User) -> dict[int, datetime]:
    """When each app last got a token, by the app's primary key."""
    rows = (
        RefreshToken.objects.filter(user=user)
        .values("application_id")
        .annotate(last=Max(Coalesce("rotated_at", "created_at")))
    )
    return {row["application_id"]: row["last"] for row in rows}


def _from_consent(consent: Consent, last_uses: Mapping[int, datetime]) -> ConnectedApp:
    return _row(
        consent.application,
        levels=consent.scopes,
        since=consent.given_at,
        last_used_at=last_uses.get(consent.application_id),
        was_allowed=True,
    )


def _from_families(
    client: Application, families: list[RefreshToken], last_uses: Mapping[int, datetime]
) -> ConnectedApp:
    levels = {name: "" for family in families for name in family.scope.split()}
    for family in families:
        levels.update(family.policies)
    return _row(
        client,
        levels=levels,
        since=families[0].created_at,
        last_used_at=last_uses.get(client.pk),
        was_allowed=False,
    )


def _row(
    client: Application,
    *,
    levels: Mapping[str, str],
    since: datetime,
    last_used_at: datetime | None,
    was_allowed: bool,
) -> ConnectedApp:
    return ConnectedApp(
        public_id=client.public_id,
        name=str(client),
        owner=client.owner_name,
        site_url=client.site_url,
        logo_url=client.logo_url,
        permissions=list(_permissions(levels)),
        since=since,
        last_used_at=last_used_at,
        was_allowed=was_allowed,
        can_be_lowered=was_allowed and any(_can_be_lowered(name, level) for name, level in levels.items()),
    )


def _can_be_lowered(name: str, level: str) -> bool:
    entry = catalogue().get(name)
    if entry is None:
        return False
    return not entry.scope.is_required or entry.is_lower(entry.levels[0].value if entry.levels else "", level)


def _permissions(levels: Mapping[str, str]) -> Iterable[Permission]:
    """In the catalogue's order; a scope that was taken out of it since gives nothing and is not shown."""
    for name, entry in catalogue().items():
        if name in levels:
            level = entry.level(levels[name])
            yield Permission(_(entry.scope.label), _(level.label) if level else "")
