"""Scopes and policy levels for operators: what can be asked for, how it is asked, how much of it is given."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminIntegerFieldWidget
from django.db.models import Count, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core_app.caller import caller_of
from custom_scopes_and_policies_app.admin.fields import LineListField
from custom_scopes_and_policies_app.models import Consent, PolicyLevel, Scope
from custom_scopes_and_policies_app.signals import policy_changed

WORDS = frozenset({"label", "description", "claims", "is_required", "required_reason"})


class PolicyLevelInline(admin.TabularInline):  # type: ignore[type-arg]
    """Levels under their scope, the lowest rank first."""

    model = PolicyLevel
    extra = 0
    ordering = ("rank",)
    fields = ("rank", "value", "label", "description", "claim_filter", "limits", "required_acr")


class ScopeForm(ModelForm):  # type: ignore[type-arg]
    """Claims are written as lines."""

    claims = LineListField(
        label=_("Claims released"), help_text=_("One per line, as they are called in userinfo and ID tokens.")
    )

    class Meta:
        model = Scope
        fields = ("claims",)  # the rest comes from the admin's fieldsets


@admin.register(Scope)
class ScopeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """New words or levels count the text version up, so that scopes which say so are asked about again."""

    form = ScopeForm
    list_display = ("name", "label", "approval", "level_names", "is_required", "is_restricted", "position")
    list_editable = ("position",)
    list_filter = ("approval", "is_required", "is_restricted")
    search_fields = ("name", "label")
    readonly_fields = ("people",)
    inlines = (PolicyLevelInline,)
    fieldsets = (
        (None, {"fields": ("name", "label", "description", "position", "people")}),
        (_("What it gives"), {"fields": ("claims",)}),
        (
            _("How it is asked"),
            {
                "fields": ("approval", "required_acr", "is_required", "required_reason"),
                "description": _(
                    "Automatic: given unasked, at the lowest level. Once: asked, then remembered. Every time: asked at "
                    "each sign-in, by every app. After a second factor: remembered, but only given to who has proven "
                    "one. By an operator: only for apps whose allowed scopes name it; then asked once."
                ),
            },
        ),
        (_("Who may ask"), {"fields": ("is_restricted", "is_default")}),
        (_("Text"), {"fields": ("text_version", "asks_again_on_new_text")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scope]:
        return super().get_queryset(request).prefetch_related("levels")

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> "type[ModelForm[Scope]]":
        """The positions in the list say aloud what they are; there they stand without a label of their own."""
        widget = AdminIntegerFieldWidget(attrs={"aria-label": _("position"), "min": 0})
        form: type[ModelForm[Scope]] = super().get_changelist_form(
            request, widgets={"position": widget}, **kwargs
        )
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Scope | None = None) -> tuple[str, ...]:
        """A scope keeps its name: apps ask for it and consents hold it."""
        return ("people", "name") if obj is not None else ("people",)

    @admin.display(description=_("levels"))
    def level_names(self, scope: Scope) -> str:
        return ", ".join(level.value for level in scope.levels.all()) or "-"

    @admin.display(description=_("people who allow it"))
    def people(self, scope: Scope) -> str:
        """How many consents give it, by level."""
        if scope._state.adding:
            return "-"
        allowed = Consent.objects.filter(withdrawn_at__isnull=True, scopes__has_key=scope.name)
        by_level = allowed.annotate(level=KeyTextTransform(scope.name, "scopes")).values_list("level")
        counts = by_level.annotate(count=Count("pk")).order_by("level")
        return ", ".join(f"{level}: {count}" if level else str(count) for level, count in counts) or "0"

    def save_related(
        self, request: HttpRequest, form: "ModelForm[Scope]", formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        scope, changed = form.instance, set(form.changed_data)
        has_new_words = bool(changed & WORDS) or any(formset.has_changed() for formset in formsets)
        if change and has_new_words and "text_version" not in changed:
            scope.text_version += 1
            scope.save(update_fields=["text_version"])
        self._record(request, scope, " ".join(sorted(changed)) or "levels")

    def delete_model(self, request: HttpRequest, obj: Scope) -> None:
        super().delete_model(request, obj)
        self._record(request, obj, "deleted")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Scope]) -> None:
        for scope in queryset:
            self.delete_model(request, scope)

    def _record(self, request: HttpRequest, scope: Scope, what: str) -> None:
        policy_changed.emit(
            user_id=request.user.pk, scopes=[scope.name], subject=what[:200], caller=caller_of(request)
        )
