"""Locks as operators see them: axes' table with the account masked. Deleting a row lifts what it counts."""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from limits_app.identity import mask


@admin.register(AccessAttempt)
class FailedSignInAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # axes carries no types
    list_display = (
        "attempt_time",
        "account",
        "ip_address",
        "failures_since_start",
        "has_reached_limit",
        "path_info",
    )
    list_filter = ("attempt_time", "path_info")
    search_fields = ("=username", "=ip_address")
    search_help_text = _("The whole phone number (as in +97699112233) or the whole address.")
    fields = (
        "attempt_time",
        "account",
        "ip_address",
        "failures_since_start",
        "has_reached_limit",
        "path_info",
        "user_agent",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False

    @admin.display(description=_("account"))
    def account(self, attempt: AccessAttempt) -> str:
        return mask(attempt.username or "")

    @admin.display(description=_("locked by itself"), boolean=True)
    def has_reached_limit(self, attempt: AccessAttempt) -> bool:
        """Several rows of one account or address add up; this says whether one alone is enough."""
        return bool(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT)
