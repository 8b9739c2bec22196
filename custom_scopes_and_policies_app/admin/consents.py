"""Consents for operators: who allowed which app, and a way to take it back."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core_app.caller import caller_of
from custom_scopes_and_policies_app.admin.words import names_in_words, scopes_in_words
from custom_scopes_and_policies_app.consents import withdraw_consent
from custom_scopes_and_policies_app.models import Consent
from sessions_app.admin import ReadOnlyAdmin


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """What each person allows each app, at which level."""

    list_display = ("user", "application", "given_at", "withdrawn_at")
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter), "given_at")
    list_select_related = ("application", "user")
    search_fields = ("user__sub", "user__phone", "application__client_id")
    show_full_result_count = False
    actions = ("withdraw_selected",)
    fieldsets = (
        (None, {"fields": ("user", "application", "allowed", "refused")}),
        (_("When"), {"fields": ("first_given_at", "given_at", "withdrawn_at")}),
    )

    @admin.display(description=_("allowed"))
    def allowed(self, consent: Consent) -> str:
        return scopes_in_words(consent.scopes)

    @admin.display(description=_("unticked"))
    def refused(self, consent: Consent) -> str:
        return names_in_words(consent.declined)

    @admin.action(description=_("Withdraw the selected consents"), permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Consent]) -> None:
        """Every token that came from them ends at once."""
        consents: Any = queryset.select_related("application")
        count = sum(withdraw_consent(consent=consent, caller=caller_of(request)) for consent in consents)
        messages.success(request, ngettext("%d consent withdrawn.", "%d consents withdrawn.", count) % count)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("custom_scopes_and_policies_app.change_consent"))
