"""Failures and locks, with the button that lifts them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core_app.caller import caller_of
from limits_app.admin.read_only import ReadOnlyAdmin
from limits_app.failures import lock_end
from limits_app.lifting import failures_of, lift
from limits_app.lock_store import tally_of
from limits_app.models import FailureCount


class LockedNow(admin.SimpleListFilter):
    """Those that keep somebody out at this moment."""

    title = _("locked now")
    parameter_name = "locked"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", gettext("yes"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[FailureCount]) -> QuerySet[FailureCount]:
        return rows.filter(locked_until__gt=timezone.now()) if self.value() == "yes" else rows


@admin.register(FailureCount)
class FailureCountAdmin(ReadOnlyAdmin):
    list_display = ("label", "kind", "is_locked", "locked_until", "failures", "in_a_row", "last_at")
    list_filter = (LockedNow, "kind")
    fields = (
        "label",
        "kind",
        "is_locked",
        "locked_until",
        "failures",
        "in_a_row",
        "under_way",
        "since",
        "last_at",
    )
    ordering = ("-last_at",)
    search_fields = ("label",)
    search_help_text = _("The whole phone number (as in +97699112233) or the whole address.")
    actions = ("unlock",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FailureCount], search_term: str
    ) -> tuple[QuerySet[FailureCount], bool]:
        """By the whole number or address: its hash is looked for, nothing else is stored."""
        if not search_term.strip():
            return queryset, False
        return queryset & failures_of(account=search_term, ip=search_term), False

    @admin.display(description=_("locked"), boolean=True)
    def is_locked(self, row: FailureCount) -> bool:
        return lock_end(tally_of(row), timezone.now()) is not None

    @admin.action(description=_("Unlock: forget the failures"), permissions=["lift"])
    def unlock(self, request: HttpRequest, rows: QuerySet[FailureCount]) -> None:
        count = lift(rows, caller=caller_of(request))
        said = ngettext("%(count)d lock lifted.", "%(count)d locks lifted.", count) % {"count": count}
        self.message_user(request, said, messages.SUCCESS)
