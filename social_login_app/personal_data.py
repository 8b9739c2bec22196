"""The sign-ins of other services that open the person's account."""

from collections.abc import Mapping

from accounts_app.models import User
from social_login_app.selectors import identities_of


def exported(person: User) -> Mapping[str, object]:
    """Issuer and subject are what the person is known by there."""
    return {
        "connected_sign_ins": list(
            identities_of(person).values("issuer", "subject", "label", "linked_at", "last_used_at")
        )
    }
