"""The table of duties for operators: what is in force, and a form for what shall be different."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core_app.caller import caller_of
from core_app.events import CATALOGUE
from obligations_app.duties.duty import Duty
from obligations_app.duties.in_force import all_duties, forget_rules
from obligations_app.duties.models import DutyRule
from obligations_app.duties.table import BY_NAME
from obligations_app.signals import duty_changed

AS_USUAL = "as usual"


class DutyRuleForm(ModelForm):  # type: ignore[type-arg]
    """The event and its audience are chosen together: not every pair has words."""

    duty = forms.ChoiceField(label=_("Event and who is told"))

    class Meta:
        model = DutyRule
        fields = ("is_on", "channels", "at_most", "per")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        changeable = [name for name, duty in BY_NAME.items() if not duty.told_by]
        self.fields["duty"].choices = [(name, name) for name in changeable]  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.fields["duty"].initial = self.instance.name
            self.fields["duty"].disabled = True
        # Where the form was opened from the table, it begins with what is in force.
        self.order_fields(["duty"])

    def clean(self) -> dict[str, Any]:
        """Tell the row which duty it is about; one rule each."""
        data = super().clean() or self.cleaned_data
        event, _slash, audience = str(data.get("duty", "")).rpartition("/")
        self.instance.event, self.instance.audience = event, audience
        others = DutyRule.objects.filter(event=event, audience=audience).exclude(pk=self.instance.pk)
        if others.exists():
            self.add_error("duty", _("There is a rule for this already: change that one."))
        return data


@admin.register(DutyRule)
class DutyRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """What operators changed, above it the whole table as it is in force. Every change is recorded."""

    form = DutyRuleForm
    list_display = ("event", "audience", "is_on", "channels", "limit", "changed_at")
    list_filter = ("audience", "is_on")
    # Which duty it is comes first; the form alone cannot say so to the admin.
    fields = ("duty", "is_on", "channels", "at_most", "per")
    search_fields = ("event",)
    ordering = ("event", "audience")
    change_list_template = "admin/obligations_app/dutyrule/change_list.html"

    @admin.display(description=_("at most"))
    def limit(self, rule: DutyRule) -> str:
        return str(rule.change.throttle or self.get_empty_value_display())

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?duty=device.new/person` from the table: begin with what is in force."""
        name = request.GET.get("duty", "")
        duty = next((duty for duty in all_duties() if duty.name == name), None)
        return {"duty": name, "is_on": duty.is_on} if duty else {}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rules = {rule.name: rule.pk for rule in DutyRule.objects.all()}
        rows = [_row(duty, rules.get(duty.name)) for duty in all_duties()]
        return super().changelist_view(request, {**(extra_context or {}), "duties": rows})

    def save_model(self, request: HttpRequest, obj: DutyRule, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            self._record(request, obj, obj.change.of(BY_NAME[obj.name]).in_words)

    def delete_model(self, request: HttpRequest, obj: DutyRule) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            self._record(request, obj, AS_USUAL)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DutyRule]) -> None:
        for rule in queryset:
            self.delete_model(request, rule)

    def _record(self, request: HttpRequest, rule: DutyRule, what: str) -> None:
        transaction.on_commit(forget_rules)
        duty_changed.emit(user_id=request.user.pk, subject=rule.name, reason=what, caller=caller_of(request))


def _row(duty: Duty, rule_id: int | None) -> dict[str, object]:
    """One line of the table, with the link that changes it."""
    signal = CATALOGUE.get(duty.event)
    return {
        "duty": duty,
        "meaning": signal.meaning if signal else _now("The room of this event is not installed."),
        "is_changed": rule_id is not None,
        "url": _link(duty, rule_id),
    }


def _link(duty: Duty, rule_id: int | None) -> str:
    if duty.told_by:
        return ""
    if rule_id is not None:
        return reverse("admin:obligations_app_dutyrule_change", args=[rule_id])
    return reverse("admin:obligations_app_dutyrule_add", query={"duty": duty.name})
