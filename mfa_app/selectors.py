"""How second factors are found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts_app.identifiers import normalise_email
from accounts_app.models import User
from mfa_app import backup_codes, totp
from mfa_app.kinds import Kind
from mfa_app.models import BackupCode, CodeFactor, Passkey, TotpFactor
from mfa_app.policy import Possible


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A second factor as its owner sees it. `id` is unique over all kinds."""

    id: UUID
    kind: Kind
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_suspended: bool = False

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(self.kind.label)

    @property
    def is_named(self) -> bool:
        """Whether there can be several of the kind, told apart by name."""
        return self.kind in {Kind.TOTP, Kind.PASSKEY}


def possible_of(user: User) -> Possible:
    """What this person could prove, in one statement."""
    facts = User.objects.filter(pk=user.pk).values(
        has_totp=_exists(TotpFactor, confirmed_at__isnull=False),
        has_passkey=_exists(Passkey, suspended_at__isnull=True),
        has_sms=_exists(CodeFactor, kind=Kind.SMS),
        has_email=_exists(CodeFactor, kind=Kind.EMAIL),
        has_codes=_exists(BackupCode, used_at__isnull=True),
    )[0]
    reserve = frozenset(kind for kind in (Kind.SMS, Kind.EMAIL) if address_of(user, kind))
    chosen = {
        Kind.TOTP: facts["has_totp"],
        Kind.PASSKEY: facts["has_passkey"],
        Kind.SMS: facts["has_sms"] and Kind.SMS in reserve,
        Kind.EMAIL: facts["has_email"] and Kind.EMAIL in reserve,
    }
    return Possible(
        enrolled=frozenset(kind for kind, is_chosen in chosen.items() if is_chosen),
        reserve=reserve,
        has_backup_codes=facts["has_codes"],
        has_password=user.has_usable_password(),
    )


def address_of(user: User, kind: Kind) -> str:
    """Where a code of this kind goes: the proven number or address; "" when there is none (G13)."""
    if kind is Kind.SMS:
        return (user.phone or "") if user.phone_proven_at else ""
    return normalise_email(user.email) if user.email and user.email_verified_at else ""


def factors_of(user: User) -> list[Factor]:
    """What the person has chosen, the oldest of each kind first."""
    apps = [_as_factor(row, Kind.TOTP) for row in totp.confirmed(user)]
    keys = [_as_factor(row, Kind.PASSKEY) for row in passkeys_of(user)]
    codes = [_as_factor(row, Kind(row.kind)) for row in CodeFactor.objects.filter(user=user).order_by("kind")]
    return [*keys, *apps, *codes]


def find_factor(user: User, factor_id: UUID) -> Factor | None:
    """One of this person's factors; somebody else's does not exist."""
    return next((factor for factor in factors_of(user) if factor.id == factor_id), None)


def passkeys_of(user: User) -> QuerySet[Passkey]:
    """The oldest first, suspended ones too."""
    return Passkey.objects.filter(user=user).order_by("created_at")


def unused_backup_codes(user: User) -> int:
    """How many are left."""
    return backup_codes.count_unused(user)


def _exists(model: Any, **condition: object) -> Exists:
    return Exists(model.objects.filter(user_id=OuterRef("pk"), **condition))


def _as_factor(row: TotpFactor | Passkey | CodeFactor, kind: Kind) -> Factor:
    return Factor(
        id=row.pk,
        kind=kind,
        name=str(row),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        is_suspended=isinstance(row, Passkey) and row.suspended_at is not None,
    )
