"""What is spent of which budget."""

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from limits_app.admin.read_only import ReadOnlyAdmin
from limits_app.budgets import row_key, used_now
from limits_app.identity import plain_identity
from limits_app.models import Spending
from limits_app.network import ip_bucket


@admin.register(Spending)
class SpendingAdmin(ReadOnlyAdmin):
    list_display = ("name", "label", "used", "limit", "is_used_up", "per_seconds", "last_at")
    list_filter = ("name",)
    fields = list_display
    ordering = ("-last_at",)
    search_fields = ("name",)
    search_help_text = _(
        "The whole phone number (as in +97699112233), the whole address or the name of a limit."
    )
    actions = ("give_back",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Spending], search_term: str
    ) -> tuple[QuerySet[Spending], bool]:
        """By name, or by a whole key: its hash under every name is looked for, nothing else is stored."""
        term = search_term.strip()
        if not term:
            return queryset, False
        keys = {term, plain_identity(term), ip_bucket(term)} - {""}
        windows = Spending.objects.order_by().values_list("name", "per_seconds").distinct()
        hashes = [row_key(name, key, seconds) for name, seconds in windows for key in keys]
        return queryset.filter(Q(name=term) | Q(pk__in=hashes)), False

    @admin.display(description=_("used now"))
    def used(self, row: Spending) -> int:
        return used_now(row)

    @admin.display(description=_("used up"), boolean=True)
    def is_used_up(self, row: Spending) -> bool:
        return used_now(row) >= row.limit

    @admin.action(description=_("Give back: start these windows anew"), permissions=["lift"])
    def give_back(self, request: HttpRequest, rows: QuerySet[Spending]) -> None:
        count, _by_model = rows.delete()
        said = ngettext("%(count)d window started anew.", "%(count)d windows started anew.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
