"""What a person says about themselves (OIDC Core §5.1): changed field by field, by one service for page and API."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.claims import ADDRESS_MEMBERS
from accounts_app.models import User
from accounts_app.signals import profile_changed
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction

TEXTS = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "gender",
    "birthdate",
    "profile",
    "picture",
    "website",
    "zoneinfo",
    "locale",
)
# `formatted` is not asked for: an app that wants one text makes it of the parts (§5.1.1).
ADDRESS_PARTS = tuple(member for member in ADDRESS_MEMBERS if member != "formatted")
FIELDS = (*TEXTS, *ADDRESS_PARTS)


class ProfileOfNobody(AppError):
    """The account was shut meanwhile."""

    code = "account_closed_meanwhile"
    status = 409


def profile_of(user: User) -> dict[str, str]:
    """Every field with its value, "" where there is none."""
    stored = user.address if isinstance(user.address, dict) else {}
    parts = {part: str(stored.get(part) or "") for part in ADDRESS_PARTS}
    return {**{field: getattr(user, field) for field in TEXTS}, **parts}


def save_profile(*, user: User, given: Mapping[str, str], caller: Caller | None = None) -> list[str]:
    """Save the fields that differ from what is stored, and return their names; "" clears one.

    `given` has names of FIELDS and values that `ProfileForm` has accepted. With nothing to change nothing is written,
    and `updated_at` stays. Raises ProfileOfNobody.
    """
    before = profile_of(user)
    changed = [field for field in FIELDS if field in given and given[field] != before[field]]
    if not changed:
        return []
    values: dict[str, Any] = {field: given[field] for field in changed if field in TEXTS}
    if any(field in ADDRESS_PARTS for field in changed):
        values["address"] = _address({**before, **given})
    values["updated_at"] = timezone.now()

    def save() -> None:
        if not User.objects.filter(pk=user.pk, is_active=True).update(**values):
            raise ProfileOfNobody(_("This account is closed."))
        profile_changed.emit(user_id=user.pk, reason=" ".join(changed), caller=caller)

    run_in_transaction(save)
    for field, value in values.items():
        setattr(user, field, value)
    return changed


def _address(fields: Mapping[str, str]) -> dict[str, str]:
    return {part: fields[part] for part in ADDRESS_PARTS if fields[part]}
