"""Blocking and unblocking by hand."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core_app.caller import caller_of
from limits_app import blocks
from limits_app.identity import key_hashes
from limits_app.models import Block

Kind = Block.Kind
NUMBER = re.compile(r"\+[0-9]{5,15}")
COUNTRY = re.compile(r"[A-Z]{2}")


class BlockForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The key is typed in full and stored as a hash."""

    key = forms.CharField(
        label=_("who"),
        max_length=64,
        help_text=_(
            "A number with its country code (+97699112233), an address (for IPv6 its /64 is blocked), the start of "
            "a block of numbers (+97699112), or a country (MN)."
        ),
    )

    class Meta:
        model = Block
        fields = ("kind", "key", "until", "reason")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind, key = given.get("kind", ""), blocks.normal_key(given.get("kind", ""), given.get("key", ""))
        if kind in {Kind.PHONE, Kind.NUMBER_BLOCK} and not NUMBER.fullmatch(key):
            self.add_error("key", _("Enter a number with its country code, for example +97699112233."))
        if kind == Kind.IP and not key:
            self.add_error("key", _("Enter an address, for example 198.51.100.1."))
        if kind == Kind.COUNTRY and not COUNTRY.fullmatch(key):
            self.add_error("key", _("Enter the two letters of a country, for example MN."))
        return given


@admin.register(Block)
class BlockAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("label", "kind", "until", "reason", "created_at")
    list_filter = ("kind",)
    search_fields = ("label",)
    search_help_text = _("The whole key as it was blocked, or the words of the reason.")
    ordering = ("-created_at",)
    form = BlockForm
    fields = ("kind", "key", "until", "reason")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Block], search_term: str
    ) -> tuple[QuerySet[Block], bool]:
        """By the whole key (its hash is looked for) or by the reason."""
        if not search_term.strip():
            return queryset, False
        hashes = [
            key_hash for kind in Kind.values
            for key_hash in key_hashes(kind, blocks.normal_key(kind, search_term))
        ]  # fmt: skip
        return queryset.filter(key_hash__in=hashes) | queryset.filter(reason__icontains=search_term), False

    def has_change_permission(self, request: HttpRequest, obj: Block | None = None) -> bool:
        """A block is taken away, or made again with another end; it is not turned into another one."""
        return False

    def get_fields(self, request: HttpRequest, obj: Block | None = None) -> tuple[str, ...]:
        return self.fields if obj is None else self.list_display

    def save_model(self, request: HttpRequest, obj: Block, form: Any, change: bool) -> None:
        given = form.cleaned_data
        row = blocks.block(
            kind=given["kind"], key=given["key"], until=given["until"], reason=given["reason"],
            caller=caller_of(request),
        )  # fmt: skip
        obj.pk, obj.label = row.pk, row.label

    def delete_model(self, request: HttpRequest, obj: Block) -> None:
        blocks.remove(obj, caller=caller_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        for row in queryset:
            blocks.remove(row, caller=caller_of(request))
