"""What the person has allowed apps, and what apps hold because of it."""

from collections.abc import Iterator, Mapping

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Consent, DeviceAuthorization, RefreshToken


def exported(person: User) -> Mapping[str, object]:
    """Token families by their dates and scopes; never what a token could be made of."""
    return {"consents": _consents(person), "tokens": _families(person), "connected_by_code": _by_code(person)}


def _consents(person: User) -> Iterator[dict[str, object]]:
    consents = Consent.objects.filter(user=person).select_related("application").order_by("first_given_at")
    for consent in consents.iterator():
        yield {
            "app": str(consent.application),
            "client_id": consent.application.client_id,
            "scopes": consent.scopes,
            "declined": consent.declined,
            "text_versions": consent.text_versions,
            "first_given_at": consent.first_given_at,
            "given_at": consent.given_at,
            "withdrawn_at": consent.withdrawn_at,
        }


def _families(person: User) -> Iterator[dict[str, object]]:
    families = RefreshToken.objects.filter(user=person).select_related("application").order_by("created_at")
    for family in families.iterator():
        yield {
            "app": str(family.application),
            "client_id": family.application.client_id,
            "scopes": family.granted,
            "resource": family.resource,
            "created_at": family.created_at,
            "last_refreshed_at": family.rotated_at,
            "expires_at": family.expires_at,
            "revoked_at": family.revoked_at,
            "why_revoked": family.revoke_reason,
        }


def _by_code(person: User) -> Iterator[dict[str, object]]:
    rows = (
        DeviceAuthorization.objects.filter(user=person).select_related("application").order_by("created_at")
    )
    for row in rows.iterator():
        yield {
            "app": str(row.application),
            "state": row.state,
            "granted": row.granted,
            "ip": row.ip,
            "user_agent": row.user_agent,
            "created_at": row.created_at,
            "decided_at": row.decided_at,
        }
