"""Which events a person must be told about, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass

from obligations_app.models import OAuthTokenLog


@dataclass(frozen=True, slots=True)
class Duty:
    """Tell the person by e-mail with this template; SMS costs money and is not used for notices.

    `once_per` names the field of the entry that one notice is enough for.
    """

    template: str
    once_per: str

    def idempotency_key(self, entry: OAuthTokenLog) -> str:
        """The same notice is never sent twice: not for a repeated event, not for a retried transaction."""
        about = getattr(entry, self.once_per) or entry.pk
        return f"notice:{entry.event}:{about}"


DUTIES: Mapping[str, Duty] = {
    "app.authorized": Duty(template="app_authorized", once_per="pk"),
    "refresh.reused": Duty(template="refresh_reused", once_per="family"),
}
