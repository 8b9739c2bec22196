"""axes' log: who failed and who came in, when and from where, with the account masked.

It only tells. Locks are lifted where they are counted (`limits_app.admin.locks`) or with `manage.py axes_reset…`.
"""

from axes.models import AccessAttempt, AccessBase, AccessFailureLog, AccessLog
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from limits_app.admin.read_only import ReadOnlyAdmin
from limits_app.identity import label_of, logged_name
from limits_app.network import ip_bucket


class AxesLogAdmin(ReadOnlyAdmin):
    ordering = ("-attempt_time",)
    list_filter = ("attempt_time", "path_info")
    search_fields = ("username",)
    search_help_text = _("The whole phone number (as in +97699112233) or the whole address.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AccessBase], search_term: str
    ) -> tuple[QuerySet[AccessBase], bool]:
        """By the whole number, the masked name as shown, or the whole address."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(username__in=[logged_name(term), term])
        if ip_bucket(term):
            wanted |= Q(ip_address=term)
        return queryset.filter(wanted), False

    @admin.display(description=_("account"))
    def account(self, entry: AccessBase) -> str:
        return label_of(entry.username or "")


@admin.register(AccessAttempt)
class FailedSignInAdmin(AxesLogAdmin):
    list_display = ("attempt_time", "account", "ip_address", "failures_since_start", "path_info")
    fields = (*list_display, "user_agent")


@admin.register(AccessFailureLog)
class FailureLogAdmin(AxesLogAdmin):
    list_display = ("attempt_time", "account", "ip_address", "locked_out", "path_info")
    fields = (*list_display, "user_agent")


@admin.register(AccessLog)
class SignInLogAdmin(AxesLogAdmin):
    list_display = ("attempt_time", "account", "ip_address", "logout_time", "path_info")
    fields = (*list_display, "user_agent")
