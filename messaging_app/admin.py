"""The outbox as operators see it: what happened to a message, never what it said or to whom in full."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging_app.models import OutboundMessage
from messaging_app.services import retry_given_up


@admin.register(OutboundMessage)
class OutboundMessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = (
        "created_at",
        "channel",
        "purpose",
        "recipient_masked",
        "status",
        "attempts",
        "route",
        "parts",
        "sent_at",
    )
    list_filter = ("status", "channel", "purpose")
    search_fields = ("=idempotency_key",)
    search_help_text = _("The whole idempotency key.")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    show_full_result_count = False
    exclude = ("recipient_sealed", "payload_sealed")
    actions = ("retry",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboundMessage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboundMessage | None = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messaging_app.change_outboundmessage")

    @admin.action(description=_("Retry dead messages"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutboundMessage]) -> None:
        count = retry_given_up(ids=list(queryset.values_list("id", flat=True)))
        text = ngettext("%d message is queued again.", "%d messages are queued again.", count)
        self.message_user(request, text % count, messages.SUCCESS if count else messages.WARNING)
