"""Apps, scopes, consents and token families for operators."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core_app.caller import caller_of
from custom_scopes_and_policies_app.client_secrets import new_secret, store_secret
from custom_scopes_and_policies_app.consents import withdraw_consent
from custom_scopes_and_policies_app.models import (
    Application,
    Consent,
    PolicyLevel,
    RefreshToken,
    Scope,
)
from custom_scopes_and_policies_app.signals import client_changed, client_created
from custom_scopes_and_policies_app.token_store import revoke_family
from jwt_app.keys import ensure_active_key
from sessions_app.admin import ReadOnlyAdmin


class ApplicationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Register and change apps. A generated secret is shown once, in the message after saving."""

    list_display = ("name", "client_id", "client_type", "is_first_party", "is_enabled", "created")
    list_filter = ("client_type", "is_first_party", "is_enabled", "algorithm")
    search_fields = ("name", "client_id", "owner_name")
    readonly_fields = ("secret_hints", "created", "updated")
    actions = ("add_secret",)
    fieldsets = (
        (None, {"fields": ("name", "client_id", "client_type", "token_endpoint_auth_method", "secret_hints")}),
        (_("Addresses"), {"fields": ("redirect_uris", "post_logout_redirect_uris", "allowed_origins")}),
        (
            _("What it may do"),
            {
                "fields": (
                    "grant_types", "response_types", "allowed_scopes", "audiences", "required_acr",
                    "is_first_party", "is_pkce_required", "may_introspect", "is_enabled",
                )
            },
        ),
        (
            _("Tokens"),
            {
                "fields": (
                    "algorithm", "access_token_lifetime", "refresh_token_lifetime", "refresh_token_idle",
                    "strict_refresh",
                )
            },
        ),
        (_("Shown to people"), {"fields": ("owner_name", "site_url", "logo_url", "contact_email")}),
        (_("History"), {"fields": ("created", "updated")}),
    )  # fmt: skip

    @admin.display(description=_("secrets"))
    def secret_hints(self, client: Application) -> str:
        """The last characters of each secret: enough to tell them apart, useless otherwise."""
        return ", ".join(f"…{entry['hint']}" for entry in client.client_secrets) or "-"

    def save_model(
        self, request: HttpRequest, obj: Application, form: "ModelForm[Application]", change: bool
    ) -> None:
        secret = ""
        if obj.is_confidential and not obj.client_secrets:
            secret = new_secret()
            obj.client_secrets = [dict(store_secret(secret))]
        super().save_model(request, obj, form, change)
        ensure_active_key(algorithm=str(obj.algorithm))
        signal = client_changed if change else client_created
        signal.emit(
            user_id=request.user.pk,
            client_id=obj.client_id,
            subject=" ".join(form.changed_data)[:200],
            caller=caller_of(request),
        )
        if secret:
            self._show_once(request, obj, secret)

    @admin.action(description=_("Add a secret (the old ones stay valid)"), permissions=["change"])
    def add_secret(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        """A second secret lets an app change over without an outage."""
        for client in queryset.filter(client_type=Application.CLIENT_CONFIDENTIAL):
            secret = new_secret()
            client.client_secrets = [*client.client_secrets, dict(store_secret(secret))]
            client.save(update_fields=["client_secrets", "updated"])
            client_changed.emit(
                user_id=request.user.pk,
                client_id=client.client_id,
                subject="client_secrets",
                caller=caller_of(request),
            )
            self._show_once(request, client, secret)

    def _show_once(self, request: HttpRequest, client: Application, secret: str) -> None:
        text = _("Secret of {}: {} — copy it now, it is not shown again.")
        messages.warning(request, format_html(str(text), client, secret))


class GrantAdmin(ReadOnlyAdmin):
    """Codes as they come and go; the code itself is not stored."""

    list_display = ("id", "application", "user", "scope", "expires", "consumed_at")
    list_select_related = ("application", "user")
    exclude = ("code", "code_challenge", "nonce")
    show_full_result_count = False


class RefreshTokenAdmin(ReadOnlyAdmin):
    """Token families: who is connected to which app, and a way to end it."""

    list_display = ("application", "user", "scope", "created_at", "rotated_at", "expires_at", "revoked_at")
    list_filter = ("revoke_reason",)
    list_select_related = ("application", "user")
    search_fields = ("id", "session__sid", "user__sub", "user__phone", "application__client_id")
    exclude = ("seed",)
    show_full_result_count = False
    actions = ("revoke_selected",)

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


class UnusedTokenAdmin(ReadOnlyAdmin):
    """Access and ID tokens are signed, not stored: there is nothing to list."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


class PolicyLevelInline(admin.TabularInline):  # type: ignore[type-arg]
    model = PolicyLevel
    extra = 0


@admin.register(Scope)
class ScopeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "label", "approval", "is_required", "is_restricted", "position")
    list_filter = ("approval", "is_restricted")
    search_fields = ("name", "label")
    inlines = (PolicyLevelInline,)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("user", "application", "given_at", "withdrawn_at")
    list_select_related = ("application", "user")
    search_fields = ("user__sub", "user__phone", "application__client_id")
    show_full_result_count = False
    actions = ("withdraw_selected",)

    @admin.action(description=_("Withdraw the selected consents"), permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Consent]) -> None:
        """Every token that came from them ends at once."""
        consents: Any = queryset.select_related("application")
        count = sum(withdraw_consent(consent=consent, caller=caller_of(request)) for consent in consents)
        messages.success(request, ngettext("%d consent withdrawn.", "%d consents withdrawn.", count) % count)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("custom_scopes_and_policies_app.change_consent"))
