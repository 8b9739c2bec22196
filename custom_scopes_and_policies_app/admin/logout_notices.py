"""The delivery log of back-channel logout, for operators."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from custom_scopes_and_policies_app.backchannel import deliver_after_commit
from custom_scopes_and_policies_app.logout_notices import try_again
from custom_scopes_and_policies_app.models import LogoutNotice
from sessions_app.admin import ReadOnlyAdmin


@admin.register(LogoutNotice)
class LogoutNoticeAdmin(ReadOnlyAdmin):
    """Which app was told of which ended session, and which could not be."""

    list_display = (
        "application", "sid", "state", "attempts", "last_status", "last_error", "created_at", "delivered_at"
    )  # fmt: skip
    list_filter = ("state", "created_at")
    search_fields = ("sid", "sub", "application__client_id")
    list_select_related = ("application",)
    show_full_result_count = False
    actions = ("try_again",)

    @admin.action(description=_("Tell the selected apps once more"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[LogoutNotice]) -> None:
        """Only what was given up; the rest is under way or done."""
        count = try_again(queryset)
        deliver_after_commit()
        messages.success(request, ngettext("%d app is told again.", "%d apps are told again.", count) % count)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("custom_scopes_and_policies_app.change_logoutnotice"))
