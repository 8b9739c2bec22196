"""Sessions and devices for operators: who is signed in where, and a way to end it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core_app.caller import caller_of
from sessions_app.ending import end_session
from sessions_app.models import Device, SsoSession


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only the server writes."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(SsoSession)
class SsoSessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "device", "acr", "auth_time", "last_seen_at", "ip", "ended_at", "end_reason")
    list_filter = ("acr", "end_reason", "auth_time")
    search_fields = ("sid", "user__sub", "user__phone", "user__email")
    list_select_related = ("user", "device")
    show_full_result_count = False
    actions = ("end_selected",)
    fields = (
        "sid", "user", "device", "auth_time", "methods", "acr", "ip", "user_agent", "created_at", "last_seen_at",
        "expires_at", "ended_at", "end_reason", "reported_at",
    )  # fmt: skip

    @admin.display(description=_("methods"))
    def methods(self, session: SsoSession) -> str:
        return ", ".join(session.amr) or self.get_empty_value_display()

    @admin.action(description=_("End the selected sessions"), permissions=["end"])
    def end_selected(self, request: HttpRequest, queryset: QuerySet[SsoSession]) -> None:
        """Ends each at once, together with every token that came from it."""
        ended = sum(
            end_session(session=session, reason=SsoSession.EndReason.OPERATOR, caller=caller_of(request))
            for session in queryset
        )
        messages.success(request, ngettext("%d session ended.", "%d sessions ended.", ended) % ended)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("sessions_app.change_ssosession"))


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "first_seen_at", "last_seen_at", "last_ip")
    search_fields = ("user__sub", "user__phone", "name")
    list_select_related = ("user",)
    show_full_result_count = False
