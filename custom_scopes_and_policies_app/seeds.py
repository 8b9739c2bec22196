"""The scopes and policy levels a new installation starts with; afterwards the admin owns them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_noop as _

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.level_seeds import LevelSeed, levels_by_scope
from custom_scopes_and_policies_app.models import PolicyLevel, Scope


@dataclass(frozen=True, slots=True)
class ScopeSeed:
    label: str
    description: str
    claims: Sequence[str] = ()
    required_reason: str = ""
    is_restricted: bool = False
    levels: Sequence[LevelSeed] = ()


PROFILE_CLAIMS = (
    "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
)  # fmt: skip
FIRST_NAME_ONLY = {name: "omit" for name in PROFILE_CLAIMS if name not in {"given_name", "locale"}}

SCOPE_SEEDS: dict[str, ScopeSeed] = {
    "openid": ScopeSeed(
        _("Sign you in"),
        _("The app learns that you are the same person each time you come back."),
        required_reason=_("Without it the app cannot sign you in."),
    ),
    "profile": ScopeSeed(
        _("Your profile"),
        _("Name and other things you wrote about yourself."),
        claims=PROFILE_CLAIMS,
        levels=(
            LevelSeed("first_name", _("First name only"), claim_filter=FIRST_NAME_ONLY),
            LevelSeed("full", _("Whole profile")),
        ),
    ),
    "email": ScopeSeed(
        _("Your e-mail address"),
        _("The address you gave, and whether you have confirmed it."),
        claims=("email", "email_verified"),
        levels=(
            LevelSeed("masked", _("First letter and provider"), claim_filter={"email": "masked"}),
            LevelSeed("full", _("Whole address")),
        ),
    ),
    "phone": ScopeSeed(
        _("Your phone number"),
        _("The number you sign in with."),
        claims=("phone_number", "phone_number_verified"),
        levels=(
            LevelSeed("masked", _("Last two digits only"), claim_filter={"phone_number": "masked"}),
            LevelSeed("full", _("Whole number")),
        ),
    ),
    "address": ScopeSeed(_("Your postal address"), _("The address in your profile."), claims=("address",)),
    "offline_access": ScopeSeed(
        _("Stay connected"), _("The app keeps its access while you are not using it, until you take it back.")
    ),
    "read": ScopeSeed(
        _("See your data"),
        _("Look at what you keep in this service."),
        levels=(
            LevelSeed("summary", _("Summary only"), limits={"detail": "summary"}),
            LevelSeed("everything", _("Everything"), limits={"detail": "everything"}),
        ),
    ),
    "write": ScopeSeed(_("Change your data"), _("Add and change what you keep in this service.")),
    "admin": ScopeSeed(_("Administer the service"), _("Settings and data of everybody."), is_restricted=True),
}


def seed_scopes() -> int:
    """Make the scopes of `SCOPES` that do not exist yet; returns how many. Existing ones stay as they are."""
    made = 0
    configured = levels_by_scope(conf.POLICY_LEVELS)
    with transaction.atomic():
        for position, name in enumerate(conf.SCOPES):
            seed = SCOPE_SEEDS.get(name) or ScopeSeed(name, "")
            scope, is_new = Scope.objects.get_or_create(
                name=name,
                defaults={
                    "label": seed.label,
                    "description": seed.description,
                    "claims": list(seed.claims),
                    "is_required": bool(seed.required_reason),
                    "required_reason": seed.required_reason,
                    "is_restricted": seed.is_restricted,
                    "is_default": name in conf.DEFAULT_SCOPES,
                    "position": 10 * position,
                },
            )
            if is_new:
                made += 1
                _seed_levels(scope, configured.get(name, seed.levels))
    return made


def _seed_levels(scope: Scope, levels: Sequence[LevelSeed]) -> None:
    PolicyLevel.objects.bulk_create(
        PolicyLevel(
            scope=scope,
            value=level.value,
            label=level.label,
            description=level.description,
            rank=rank,
            claim_filter=dict(level.claim_filter),
            limits=dict(level.limits),
            required_acr=level.required_acr,
        )
        for rank, level in enumerate(levels, start=1)
    )
