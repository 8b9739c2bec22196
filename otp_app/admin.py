"""One-time codes as operators see them: how often and when, never which code and never the full number."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import mask_phone
from otp_app.models import OtpChallenge


@admin.register(OtpChallenge)
class OtpChallengeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("masked_phone", "purpose", "sent_at", "expires_at", "consumed_at", "attempts", "sends")
    list_filter = ("purpose",)
    search_fields = ("=phone",)
    search_help_text = _("The whole phone number, as in +97699112233.")
    ordering = ("-sent_at",)
    show_full_result_count = False
    fields = (
        "masked_phone",
        "purpose",
        "language",
        "sent_at",
        "expires_at",
        "consumed_at",
        "attempts",
        "attempted_at",
        "sends",
        "generation",
    )
    readonly_fields = ("masked_phone",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OtpChallenge | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OtpChallenge | None = None) -> bool:
        return False

    @admin.display(description=_("phone"))
    def masked_phone(self, challenge: OtpChallenge) -> str:
        return mask_phone(challenge.phone)
