"""Form fields for what the models keep as space-separated text or seconds, as a person would write it."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86_400
UNITS = ((SECOND, _("seconds")), (MINUTE, _("minutes")), (HOUR, _("hours")), (DAY, _("days")))


class LinesField(forms.CharField):
    """One value per line; kept separated by single spaces."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "cols": 80}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value.split()) if isinstance(value, str) else value

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "").split() != str(data or "").split()


class LineListField(LinesField):
    """One value per line; kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).split()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != str(data or "").split()


class NamesField(forms.MultipleChoiceField):
    """Ticks. `as_text` keeps the names separated by spaces, else it is a list."""

    def __init__(self, *, as_text: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)
        self.as_text = as_text

    def prepare_value(self, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        chosen: list[str] = super().clean(value)
        # In the order of the choices, so that the same ticks are always the same value.
        choices = cast("Iterable[tuple[Any, Any]]", self.choices)
        names = [str(name) for name, _label in choices if name in chosen]
        return " ".join(names) if self.as_text else names

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LifetimeWidget(forms.MultiWidget):
    """A number and its unit."""

    def __init__(self) -> None:
        number = forms.NumberInput(attrs={"min": 1, "class": "vIntegerField"})
        super().__init__([number, forms.Select(attrs={"aria-label": _("Unit")}, choices=UNITS)])
        self.unit = DAY

    def decompress(self, value: int | None) -> Sequence[int | None]:
        return split_seconds(value) if value else (None, self.unit)


class LifetimeField(forms.MultiValueField):
    """Seconds, written as a number and a unit; empty for the server's default."""

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            forms.IntegerField(min_value=1, max_value=10**8, required=False),
            forms.TypedChoiceField(choices=UNITS, coerce=int),
        )
        super().__init__(fields, widget=LifetimeWidget(), required=False, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[int]) -> int | None:
        if not data_list or not data_list[0]:
            return None
        return data_list[0] * (data_list[1] or SECOND)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True

    def suggest(self, default: int) -> None:
        """Show the server's default: in words, and as the number and the unit of the empty field."""
        self.help_text = _("Empty: %(default)s, the server's default.") % {"default": in_words(default)}
        widget = cast("LifetimeWidget", self.widget)
        number, widget.unit = split_seconds(default)
        widget.widgets[0].attrs["placeholder"] = number


def split_seconds(seconds: int) -> tuple[int, int]:
    """A number and the largest unit that leaves no rest: 900 is 15 times 60."""
    unit = max(unit for unit, _name in UNITS if seconds % unit == 0)
    return seconds // unit, unit


def in_words(seconds: int) -> str:
    """900 is “15 minutes”."""
    number, unit = split_seconds(seconds)
    words = {
        SECOND: ngettext("%d second", "%d seconds", number),
        MINUTE: ngettext("%d minute", "%d minutes", number),
        HOUR: ngettext("%d hour", "%d hours", number),
        DAY: ngettext("%d day", "%d days", number),
    }
    return words[unit] % number
