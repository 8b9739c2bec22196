"""How upstream identities are found."""

import uuid

from django.db.models import QuerySet

from accounts_app.models import User
from social_login_app.models import SocialIdentity
from social_login_app.providers import enabled_providers


def find_identity(*, issuer: str, subject: str) -> SocialIdentity | None:
    """The identity with its person, active or not; None when it opens no account."""
    identities = SocialIdentity.objects.select_related("user")
    # Compared here too: a database that ignores case must not take one subject for another.
    found = identities.filter(issuer=issuer, subject=subject).first()
    return found if found and (found.issuer, found.subject) == (issuer, subject) else None


def identities_of(user: User) -> QuerySet[SocialIdentity]:
    """A person's identities, the first one first."""
    return SocialIdentity.objects.filter(user=user).order_by("linked_at")


def find_own(*, user: User, identity_id: uuid.UUID) -> SocialIdentity | None:
    """One of this person's identities; somebody else's does not exist here."""
    return identities_of(user).filter(pk=identity_id).first()


def has_another_way_in(user: User, *, without: SocialIdentity) -> bool:
    """Whether a person can sign in without this identity: by a code to a proven number, by a verified address and a
    password, or through another provider that is enabled.
    """
    if user.phone and user.phone_proven_at:
        return True
    if user.email_identifier and user.has_usable_password():
        return True
    issuers = [provider.issuer for provider in enabled_providers()]
    return identities_of(user).filter(issuer__in=issuers).exclude(pk=without.pk).exists()
