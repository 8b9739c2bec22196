"""Codes and token families for operators: what was given, and a way to end it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core_app.caller import caller_of
from custom_scopes_and_policies_app.admin.words import names_in_words, scopes_in_words
from custom_scopes_and_policies_app.models import Grant, RefreshToken
from custom_scopes_and_policies_app.resources import audience_of
from custom_scopes_and_policies_app.token_store import revoke_family
from sessions_app.admin import ReadOnlyAdmin


class GrantAdmin(ReadOnlyAdmin):
    """Codes as they come and go; the code itself is not stored."""

    list_display = ("application", "user", "scope", "created", "expires", "consumed_at")
    list_select_related = ("application", "user")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("application", "user", "session", "redirect_uri", "given")}),
        (_("Signed in"), {"fields": ("auth_time", "methods", "acr")}),
        (_("Life"), {"fields": ("created", "expires", "consumed_at", "failures", "family")}),
    )

    @admin.display(description=_("allowed"))
    def given(self, grant: Grant) -> str:
        return _given(grant)

    @admin.display(description=_("methods"))
    def methods(self, grant: Grant) -> str:
        return names_in_words(grant.amr)


class RefreshTokenAdmin(ReadOnlyAdmin):
    """Token families: who is connected to which app, and a way to end it."""

    list_display = ("application", "user", "scope", "created_at", "rotated_at", "expires_at", "revoked_at")
    list_filter = ("revoke_reason",)
    list_select_related = ("application", "user")
    search_fields = ("id", "session__sid", "user__sub", "user__phone", "application__client_id")
    show_full_result_count = False
    actions = ("revoke_selected",)
    fieldsets = (
        (None, {"fields": ("id", "application", "user", "session", "given", "audiences")}),
        (_("Signed in"), {"fields": ("auth_time", "methods", "acr")}),
        (
            _("Life"),
            {
                "fields": (
                    "created_at", "rotated_at", "generation", "idle_expires_at", "expires_at", "revoked_at",
                    "revoke_reason",
                )
            },
        ),
    )  # fmt: skip

    @admin.display(description=_("allowed"))
    def given(self, family: RefreshToken) -> str:
        return _given(family)

    @admin.display(description=_("methods"))
    def methods(self, family: RefreshToken) -> str:
        return names_in_words(family.amr)

    @admin.display(description=_("for"))
    def audiences(self, family: RefreshToken) -> str:
        return names_in_words(family.resource or audience_of(family.application))

    @admin.action(description=_("Revoke the selected families"), permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[RefreshToken]) -> None:
        """Every token of them is refused from now on."""
        revoked = sum(
            revoke_family(
                family=family,
                reason=RefreshToken.RevokeReason.OPERATOR,
                client_id=family.application.client_id,
                caller=caller_of(request),
                now=timezone.now(),
            )
            for family in queryset.select_related("application")
        )
        messages.success(request, ngettext("%d family revoked.", "%d families revoked.", revoked) % revoked)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("custom_scopes_and_policies_app.change_refreshtoken"))


def _given(row: Grant | RefreshToken) -> str:
    return scopes_in_words({name: row.policies.get(name, "") for name in row.scope.split()})


class UnusedTokenAdmin(ReadOnlyAdmin):
    """Access and ID tokens are signed, not stored: there is nothing to list."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
