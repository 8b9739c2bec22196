"""The key ring as operators see it: which key is used since when. Read-only, and never the private part."""

from django.contrib import admin
from django.http import HttpRequest

from jwt_app.models import SigningKey


@admin.register(SigningKey)
class SigningKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("kid", "algorithm", "state", "created_at", "activated_at", "retired_at", "verify_until")
    list_filter = ("state", "algorithm")
    fields = (
        "kid", "algorithm", "state", "created_at", "activated_at", "retired_at", "verify_until", "public_jwk",
    )  # fmt: skip
    readonly_fields = fields
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SigningKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SigningKey | None = None) -> bool:
        return False
