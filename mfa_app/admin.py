"""Second factors for operators: who has which, and removing all of somebody's who has lost them. Never a secret."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts_app.identifiers import InvalidPhone, mask_phone, normalise_phone
from core_app.caller import caller_of
from mfa_app.flows.factors import reset
from mfa_app.models import ProtectedPerson
from mfa_app.selectors import factors_of


@admin.register(ProtectedPerson)
class ProtectedPersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = (
        "__str__",
        "masked_phone",
        "is_staff",
        "passkey_count",
        "app_count",
        "code_count",
        "codes_left",
    )
    list_filter = ("is_staff",)
    search_fields = ("name", "given_name", "family_name", "email", "=sub")
    search_help_text = _("Phone number in any spelling, e-mail, subject or name.")
    ordering = ("-date_joined",)
    show_full_result_count = False
    fields = ("masked_phone", "is_staff", "factors")
    readonly_fields = ("masked_phone", "is_staff", "factors")
    actions = ("reset_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProtectedPerson]:
        """Whoever has a second factor."""
        people: QuerySet[ProtectedPerson] = super().get_queryset(request)
        counted = people.annotate(
            passkey_count=Count("passkeys", distinct=True),
            app_count=Count(
                "totp_factors", filter=Q(totp_factors__confirmed_at__isnull=False), distinct=True
            ),
            code_count=Count("code_factors", distinct=True),
            codes_left=Count("backup_codes", filter=Q(backup_codes__used_at__isnull=True), distinct=True),
        )
        return counted.filter(Q(passkey_count__gt=0) | Q(app_count__gt=0) | Q(code_count__gt=0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An exact number is looked up by its index; other words go to names and e-mail."""
        try:
            return queryset.filter(phone=normalise_phone(search_term, any_country=True)), False
        except InvalidPhone:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("phone"), ordering="phone")
    def masked_phone(self, person: ProtectedPerson) -> str:
        return mask_phone(person.phone) if person.phone else str(self.get_empty_value_display())

    @admin.display(description=_("passkeys"))
    def passkey_count(self, person: Any) -> int:
        return int(person.passkey_count)

    @admin.display(description=_("authenticator apps"))
    def app_count(self, person: Any) -> int:
        return int(person.app_count)

    @admin.display(description=_("codes by SMS or e-mail"))
    def code_count(self, person: Any) -> int:
        return int(person.code_count)

    @admin.display(description=_("unused backup codes"))
    def codes_left(self, person: Any) -> int:
        return int(person.codes_left)

    @admin.display(description=_("second factors"))
    def factors(self, person: ProtectedPerson) -> str:
        return ", ".join(f"{factor.label} ({factor.created_at:%Y-%m-%d})" for factor in factors_of(person))

    @admin.action(description=_("Remove all second factors of the selected people"), permissions=["reset"])
    def reset_selected(self, request: HttpRequest, queryset: QuerySet[ProtectedPerson]) -> None:
        """For somebody who has lost them all and has shown who they are. Leaves out the operator's own account, and
        other operators' unless a superuser asks.
        """
        operator: Any = request.user
        people = [
            person
            for person in queryset
            if person.pk != operator.pk and (operator.is_superuser or not person.is_staff)
        ]
        done = sum(reset(person, operator=operator, caller=caller_of(request)) for person in people)
        messages.success(request, ngettext("%d person reset.", "%d people reset.", done) % done)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        """Whoever may change people's second factors."""
        return bool(request.user.has_perm("mfa_app.change_protectedperson"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
