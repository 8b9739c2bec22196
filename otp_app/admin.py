"""One-time codes as operators see them: how often and when, never which code and never the full address."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from messaging_app.recipients import mask_address
from otp_app.models import OtpChallenge


@admin.register(OtpChallenge)
class OtpChallengeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("masked_address", "purpose", "sent_at", "expires_at", "consumed_at", "attempts", "sends")
    list_filter = ("purpose",)
    search_fields = ("=address",)
    search_help_text = _("The whole phone number, as in +97699112233, or e-mail address.")
    ordering = ("-sent_at",)
    show_full_result_count = False
    fields = (
        "masked_address",
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
    readonly_fields = ("masked_address",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OtpChallenge | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OtpChallenge | None = None) -> bool:
        return False

    @admin.display(description=_("address"))
    def masked_address(self, challenge: OtpChallenge) -> str:
        return mask_address(challenge.address)
