"""What operators see of the record of one person: the newest entries in words, and the way to all of them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts_app.models import User
from core_app.events import CATALOGUE
from core_app.panels import Panel, PanelRow
from obligations_app.models import OAuthTokenLog

MOST_ROWS = 20
LOG = "obligations_app.view_oauthtokenlog"


def panels(person: User, operator: User) -> list[Panel]:
    """One statement, from the index; nothing for operators who may not see it."""
    can_look_at_all = operator.has_perm(LOG)
    if not can_look_at_all and not operator.has_perm("accounts_app.view_person_log"):
        return []
    newest = OAuthTokenLog.objects.filter(user_id=person.pk).order_by("-at", "-id")[:MOST_ROWS]
    all_of_them = reverse("admin:obligations_app_oauthtokenlog_changelist", query={"q": str(person.sub)})
    return [
        Panel(
            title=_("Log"),
            headings=[_("When"), _("What happened"), _("Details"), _("App"), _("Address")],
            rows=[_row(entry) for entry in newest],
            empty=_("Nothing is recorded of this person."),
            link_url=all_of_them if can_look_at_all else "",
            link_label=_("All entries of this person"),
            position=70,
        )
    ]


def _row(entry: OAuthTokenLog) -> PanelRow:
    signal = CATALOGUE.get(entry.event)
    what = signal.meaning if signal else entry.event
    if entry.outcome == OAuthTokenLog.Outcome.REFUSED:
        what = f"{what} ({entry.get_outcome_display()})"
    details = ", ".join(part for part in (entry.reason, entry.subject) if part)
    return PanelRow(cells=[entry.at, what, details, entry.client_id, entry.ip])
