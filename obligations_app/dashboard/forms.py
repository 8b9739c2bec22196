"""Which range of time an operator asked for."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from obligations_app.dashboard.ranges import DAY, MOST_DAYS, PRESETS, USUAL, Range, dated_range, preset_range


class RangeForm(forms.Form):
    """`?range=7d`, or `?from=2026-03-01&to=2026-03-10`; without either, the usual range."""

    range = forms.ChoiceField(choices=[(name, name) for name in PRESETS], required=False)
    to = forms.DateField(
        required=False,
        label=pgettext_lazy("end of a time range", "To"),
        widget=forms.DateInput({"type": "date"}),
    )

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        # `from` is a word of Python's own.
        self.fields["from"] = forms.DateField(
            required=False, label=_("From"), widget=forms.DateInput({"type": "date"})
        )

    def clean(self) -> dict[str, Any]:
        """Both dates or none, in their order, not too many days, none of them in the future."""
        found = self.cleaned_data
        first, last = found.get("from"), found.get("to")
        if self.errors or (first is None and last is None):
            return found
        if first is None or last is None:
            raise forms.ValidationError(_now("Choose both days, the first and the last."))
        today = timezone.localtime(self.now, timezone.get_default_timezone()).date()
        if first > last:
            raise forms.ValidationError(_now("The first day comes after the last one."))
        if last > today or first < today - MOST_DAYS * 8 * DAY:
            raise forms.ValidationError(_now("Choose days between about two years ago and today."))
        if (last - first).days >= MOST_DAYS:
            raise forms.ValidationError(_now("Choose %(days)d days at most.") % {"days": MOST_DAYS})
        return found

    def chosen(self) -> Range:
        """The range; the usual one where what was asked for cannot be shown."""
        if not self.is_valid():
            return preset_range(USUAL, self.now)
        found = self.cleaned_data
        if found["from"]:
            return dated_range(found["from"], found["to"], self.now)
        return preset_range(found["range"] or USUAL, self.now)
