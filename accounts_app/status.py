"""How somebody's account stands, in words: what operators look for first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_app.models import User
from limits_app.failures import lock_end
from limits_app.lifting import failures_of
from limits_app.lock_store import tally_of
from limits_app.models import FailureCount


@dataclass(frozen=True, slots=True)
class Standing:
    """One sentence of the status. `is_good` only when nothing stands in the person's way."""

    text: str
    is_good: bool = False


def counted_names(person: User) -> list[str]:
    """Every name under which failed attempts of this person are counted: number, verified address, subject."""
    return [name for name in (person.phone, person.email_identifier, str(person.sub)) if name]


def failures_counted_of(person: User) -> QuerySet[FailureCount]:
    """All failures that are counted of this person, of known devices and second factors too."""
    rows = FailureCount.objects.none()
    for name in counted_names(person):
        rows = rows | failures_of(account=name)
    return rows


def standing_of(person: User) -> list[Standing]:
    """The sentences, the gravest first. One statement."""
    found = [*_shut(person), *_locked(failures_counted_of(person))]
    if person.must_change_password:
        found.append(Standing(_("Must set a new password before going on.")))
    return found or [Standing(_("Active"), is_good=True)]


def _shut(person: User) -> list[Standing]:
    if person.is_active:
        return []
    when = _moment(person.deactivated_at) if person.deactivated_at else ""
    # Only people who close their own account have a day on which it is deleted.
    if person.delete_after:
        sentences = [
            _("Closed by the person, %(when)s.") % {"when": when},
            _("Will be deleted after %(when)s.") % {"when": _moment(person.delete_after)},
        ]
        return [Standing(sentence) for sentence in sentences]
    return [Standing(_("Shut out by an operator, %(when)s.") % {"when": when} if when else _("Shut out."))]


def _locked(rows: Sequence[FailureCount] | QuerySet[FailureCount]) -> list[Standing]:
    now = timezone.now()
    locked = [(row, end) for row in rows if (end := lock_end(tally_of(row), now))]
    sentence = _("Locked after failed attempts until %(when)s: %(what)s.")
    return [
        Standing(sentence % {"when": _moment(end), "what": row.get_kind_display()}) for row, end in locked
    ]


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
