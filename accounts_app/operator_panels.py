"""What operators see of the failed attempts that are counted of a person, and of a block of their number."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import User
from accounts_app.status import failures_counted_of
from core_app.panels import Panel, PanelRow
from limits_app.blocks import is_blocked
from limits_app.failures import lock_end
from limits_app.lock_store import tally_of
from limits_app.models import Block, FailureCount


def panels(person: User, operator: User) -> list[Panel]:
    """Two statements."""
    can_look = operator.has_perm("limits_app.view_failurecount")
    return [
        Panel(
            title=_("Locks and limits"),
            headings=[_("What"), _("Failures"), _("Last attempt"), _("Locked until")],
            rows=[_row(row) for row in failures_counted_of(person).order_by("kind", "-last_at")],
            empty=_("No failed attempts are counted."),
            note=_("Their number is blocked: it gets no SMS.") if _is_blocked(person) else "",
            link_url=reverse("admin:limits_app_failurecount_changelist") if can_look else "",
            link_label=_("All locks"),
            position=50,
        )
    ]


def _row(row: FailureCount) -> PanelRow:
    until = lock_end(tally_of(row), timezone.now())
    return PanelRow(cells=[row.get_kind_display(), row.failures, row.last_at, until])


def _is_blocked(person: User) -> bool:
    return bool(person.phone) and is_blocked(Block.Kind.PHONE, person.phone or "")
