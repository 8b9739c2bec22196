"""The person's second factors: names and dates, never a secret, key or code."""

from collections.abc import Mapping

from accounts_app.models import User
from mfa_app import backup_codes
from mfa_app.selectors import factors_of


def exported(person: User) -> Mapping[str, object]:
    """And how many backup codes are left."""
    return {
        "second_factors": [
            {
                "kind": factor.kind.value,
                "name": factor.name,
                "added_at": factor.created_at,
                "last_used_at": factor.last_used_at,
                "is_suspended": factor.is_suspended,
            }
            for factor in factors_of(person)
        ],
        "unused_backup_codes": backup_codes.count_unused(person),
    }
