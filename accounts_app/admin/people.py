"""People for operators: found by number, e-mail, subject or name; each has a page of their own (`person_page`).

Numbers are shown masked, passwords are neither seen nor set, and rights are given by superusers only (L05).
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts_app.admin import bulk, person_page
from accounts_app.admin.deeds import by_operator, deed_of, is_protected, may, operator_of, perform
from accounts_app.admin.filters import StandingFilter
from accounts_app.admin.forms import PersonCreationForm
from accounts_app.admin.search import found_exactly
from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from accounts_app.recovery import ACTION_KEY
from accounts_app.signals import operator_added_person, operator_changed_person
from core_app.caller import caller_of
from core_app.deeds import operator_actions
from core_app.errors import AppError
from core_app.near_paginator import NearPaginator

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
PROFILE = (
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "gender", "birthdate", "zoneinfo", "locale", "address",
)  # fmt: skip


@admin.register(User)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("__str__", "masked_phone", "email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = (StandingFilter, "is_staff", "is_superuser", "date_joined")
    search_fields = ("name", "given_name", "family_name", "email")
    search_help_text = _("Phone number in any spelling, e-mail, subject or name.")
    # By the primary key, the newest first: ordering by any other column would read and sort the whole table.
    ordering = ("-pk",)
    sortable_by = ()
    show_full_result_count = False
    # They would count the whole table once for each filter.
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("sub",)
    fieldsets = (
        (None, {"fields": ("sub",)}),
        (_("Profile"), {"fields": PROFILE}),
        (_("Rights"), {"fields": RIGHTS}),
    )
    add_fieldsets = ((None, {"fields": ("phone", "name")}),)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    @admin.display(description=_("phone"))
    def masked_phone(self, person: User) -> str:
        return mask_phone(person.phone) if person.phone else self.get_empty_value_display()

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "accounts_app_user"
        return [
            path("<path:object_id>/profile/", view(self.profile_view), name=f"{name}_profile"),
            path("<path:object_id>/act/<slug:key>/", view(self.act_view), name=f"{name}_act"),
            path("<path:object_id>/act/<slug:key>/<str:target>/", view(self.act_view), name=f"{name}_act_on"),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """A number, subject or whole address exactly; other words go to names and addresses."""
        exact = found_exactly(search_term, within=queryset)
        if exact is not None:
            return exact, False
        return super().get_search_results(request, queryset, search_term)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Adding asks for number and name only."""
        if obj is None:
            kwargs["form"] = PersonCreationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only superusers hand out rights: whoever could edit their own would have them all."""
        given = tuple(super().get_readonly_fields(request, obj))
        return given if operator_of(request).is_superuser else given + RIGHTS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An operator's profile is changed by its owner and by superusers only."""
        operator = operator_of(request)
        if obj is not None and obj.pk != operator.pk and is_protected(obj, operator):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are shut out here; their rows are what the record points to."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The person's page; what the form of the profile posts goes to its own address."""
        return person_page.show(self, request, object_id)

    def profile_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Django's form, for names, the rest of the profile, and rights."""
        return self.changeform_view(request, object_id, "", {"title": gettext("Profile and rights")})

    def act_view(self, request: HttpRequest, object_id: str, key: str, target: str = "") -> HttpResponse:
        """Asks before an action, and carries it out."""
        return person_page.act(self, request, object_id, key=key, target=target)

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Back to the person's page."""
        messages.success(request, gettext("The profile is saved."))
        return HttpResponseRedirect(reverse("admin:accounts_app_user_change", args=[obj.pk]))

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Invites whoever was added, and shows their page."""
        _invite(request, obj)
        return HttpResponseRedirect(reverse("admin:accounts_app_user_change", args=[obj.pk]))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Saved with its event, in one transaction (Django's form views open it)."""
        super().save_model(request, obj, form, change)
        signal = operator_changed_person if change else operator_added_person
        if form.changed_data or not change:
            signal.emit(
                user_id=obj.pk,
                subject=by_operator(operator_of(request)),
                reason=", ".join(form.changed_data) if change else "",
                caller=caller_of(request),
            )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What may be done for several people at once."""
        return bulk.actions_for(operator_of(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, str] | None = None
    ) -> HttpResponse:
        """The list. An action that one may not do is refused, not overlooked."""
        if request.method == "POST" and bulk.is_forbidden(
            request.POST.get("action", ""), operator_of(request)
        ):
            raise PermissionDenied
        return super().changelist_view(request, {"title": gettext("People"), **(extra_context or {})})


def _invite(request: HttpRequest, person: User) -> None:
    action = operator_actions().get(ACTION_KEY)
    messages.success(request, gettext("%(person)s is added.") % {"person": person})
    if action is None or not may(action, person=person, operator=operator_of(request)):
        messages.info(request, gettext("They sign in with a code sent to their number."))
        return
    try:
        choices = action.choices(person)
        said = perform(action, deed_of(request, person, choice=choices[0].value if choices else ""))
        messages.success(request, str(said))
    except AppError as error:
        messages.warning(request, gettext("No invitation was sent: %(why)s") % {"why": error.message})
