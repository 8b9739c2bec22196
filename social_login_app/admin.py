"""Upstream identities for operators: whose account each opens. They come and go by their owner's hand."""

from django.contrib import admin

from limits_app.admin.read_only import ReadOnlyAdmin
from social_login_app.models import SocialIdentity


@admin.register(SocialIdentity)
class SocialIdentityAdmin(ReadOnlyAdmin):
    list_display = ("user", "issuer", "label", "linked_at", "last_used_at")
    list_filter = ("issuer",)
    search_fields = ("user__sub", "subject", "label")
    list_select_related = ("user",)
