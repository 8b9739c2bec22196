"""The log of the person's sign-ins and failures, as long as it is kept."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from axes.models import AccessFailureLog, AccessLog

from limits_app.identity import logged_name


class Account(Protocol):
    """A person, of whom this room knows no more."""

    @property
    def phone(self) -> str | None: ...
    @property
    def email_identifier(self) -> str | None: ...


def exported(person: Account) -> Mapping[str, object]:
    """Counters are not in it: they belong to nobody by name and are gone in hours."""
    return {"login_log": _log(person)}


def _log(person: Account) -> Iterator[dict[str, object]]:
    names = [logged_name(account) for account in (person.phone, person.email_identifier) if account]
    for log, outcome in ((AccessLog, "signed in"), (AccessFailureLog, "failed")):
        rows = log.objects.filter(username__in=names).order_by("attempt_time")
        for row in rows.values("attempt_time", "ip_address", "user_agent").iterator():
            yield {**row, "outcome": outcome}
