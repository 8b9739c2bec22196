"""When codes were sent to the person's number and address last, and what for."""

from collections.abc import Mapping
from typing import Protocol

from otp_app.models import OtpChallenge


class Reachable(Protocol):
    """A person, of whom this room knows no more."""

    @property
    def phone(self) -> str | None: ...
    @property
    def email_identifier(self) -> str | None: ...


def exported(person: Reachable) -> Mapping[str, object]:
    """The codes themselves are never kept."""
    addresses = [address for address in (person.phone, person.email_identifier) if address]
    rows = OtpChallenge.objects.filter(address__in=addresses).order_by("sent_at")
    return {
        "codes_sent": list(
            rows.values("address", "purpose", "language", "sends", "attempts", "sent_at", "consumed_at")
        )
    }
