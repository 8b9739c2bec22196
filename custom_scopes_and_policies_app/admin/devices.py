"""Device authorizations for operators (RFC 8628): who waits for what, and how it was decided."""

from django.contrib import admin

from custom_scopes_and_policies_app.models import DeviceAuthorization
from sessions_app.admin import ReadOnlyAdmin


@admin.register(DeviceAuthorization)
class DeviceAuthorizationAdmin(ReadOnlyAdmin):
    """Devices that wait or were decided about; neither of their codes is stored."""

    list_display = ("application", "state", "user", "ip", "created_at", "expires_at", "decided_at")
    list_filter = ("state",)
    list_select_related = ("application", "user")
    search_fields = ("id", "application__client_id", "user__sub", "session__sid")
    exclude = ("device_code_hash", "user_code_hash")
    show_full_result_count = False
