"""People for operators: found by number, e-mail, subject or name; shown masked; shut out and let in again.

A password can be set but never seen, numbers are shown masked, and rights are given by superusers only (L05).
"""

import uuid
from copy import copy
from http import HTTPStatus

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts_app.admin_forms import PersonCreationForm, PersonPasswordForm
from accounts_app.identifiers import InvalidPhone, mask_phone, normalise_phone
from accounts_app.models import User
from accounts_app.services import deactivate, reactivate
from accounts_app.signals import password_changed
from core_app.caller import caller_of

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
PROFILE = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "address",
)


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "masked_phone", "email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "date_joined")
    search_fields = ("name", "given_name", "family_name", "email")
    search_help_text = _("Phone number in any spelling, e-mail, subject or name.")
    ordering = ("-date_joined",)
    show_full_result_count = False
    readonly_fields = (
        "sub",
        "masked_phone",
        "phone_proven_at",
        "email",
        "email_verified_at",
        "has_password",
        "password_changed_at",
        "is_active",
        "deactivated_at",
        "last_login",
        "date_joined",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("sub", "masked_phone", "phone_proven_at", "email", "email_verified_at")}),
        (_("Status"), {"fields": ("is_active", "deactivated_at", "has_password", "password_changed_at")}),
        (_("Profile"), {"fields": PROFILE, "classes": ("collapse",)}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("Dates"), {"fields": ("last_login", "date_joined", "updated_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("phone", "name", "usable_password", "password1", "password2"),
            },
        ),
    )
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    add_form = PersonCreationForm
    change_password_form = PersonPasswordForm
    actions = ("deactivate_selected", "reactivate_selected")

    @admin.display(description=_("phone"), ordering="phone")
    def masked_phone(self, person: User) -> str:
        return mask_phone(person.phone) if person.phone else self.get_empty_value_display()

    @admin.display(description=_("has a password"), boolean=True)
    def has_password(self, person: User) -> bool:
        return person.has_usable_password()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """An exact number or subject is looked up by its index; other words go to names and e-mail."""
        phone, sub = _as_phone(search_term), _as_sub(search_term)
        if phone:
            return queryset.filter(phone=phone), False
        if sub:
            return queryset.filter(sub=sub), False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only superusers hand out rights: whoever could edit their own would have them all."""
        given = tuple(super().get_readonly_fields(request, obj))
        return given if _is_superuser(request) else given + RIGHTS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An operator's account, password included, is changed by its owner and by superusers only."""
        is_others_operator = (
            obj is not None and obj.pk != request.user.pk and (obj.is_staff or obj.is_superuser)
        )
        if is_others_operator and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated here; their rows are what the record points to."""
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page, which would show the full number in its title and in a field for password managers."""
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if response.status_code == HTTPStatus.FOUND:
                # Whoever is signed in with the old password is signed out; the record says who did it.
                subject = f"by operator {request.user.pk}"
                password_changed.emit(
                    user_id=int(id), reason="operator", subject=subject, caller=caller_of(request)
                )
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            shown = copy(response.context_data["original"])
            shown.phone = self.masked_phone(shown)
            response.context_data |= {"original": shown, "title": _("Set password: %s") % shown}
        return response

    @admin.action(description=_("Deactivate the selected people"), permissions=["change"])
    def deactivate_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Shuts them out at once. Leaves out the operator's own account and those they may not change."""
        people = [person for person in self._changeable(request, queryset) if person.pk != request.user.pk]
        done = sum(deactivate(user=person, caller=caller_of(request)) for person in people)
        messages.success(request, ngettext("%d person deactivated.", "%d people deactivated.", done) % done)

    @admin.action(description=_("Reactivate the selected people"), permissions=["change"])
    def reactivate_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = self._changeable(request, queryset)
        done = sum(reactivate(user=person, caller=caller_of(request)) for person in people)
        messages.success(request, ngettext("%d person reactivated.", "%d people reactivated.", done) % done)

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [person for person in queryset if self.has_change_permission(request, person)]


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _as_phone(text: str) -> str:
    try:
        return normalise_phone(text, any_country=True)
    except InvalidPhone:
        return ""


def _as_sub(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
