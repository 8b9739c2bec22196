"""Filters of the record: each is served by an index and none asks the table what there is to choose from."""

import ipaddress
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from obligations_app.selectors import person_number, read_time

Entries = QuerySet[OAuthTokenLog]
LISTED_CLIENTS = 200
TEMPLATES = "admin/obligations_app/oauthtokenlog"
PERIODS: Mapping[str, tuple[timedelta, str | Promise]] = {
    "1h": (timedelta(hours=1), _("Last hour")),
    "24h": (timedelta(hours=24), _("Last 24 hours")),
    "7d": (timedelta(days=7), _("Last 7 days")),
    "30d": (timedelta(days=30), _("Last 30 days")),
}


class ChosenFilter(admin.SimpleListFilter):
    """A filter with a list to choose from. The address may say what is not in it; no text that a database refuses."""

    def value(self) -> str | None:
        chosen = super().value()
        return chosen if chosen and chosen.isprintable() else None


class OutcomeFilter(ChosenFilter):
    """Done or refused."""

    title = _("outcome")
    parameter_name = "outcome__exact"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in OAuthTokenLog.Outcome.choices]

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        return queryset.filter(outcome=self.value()) if self.value() else queryset


class GroupFilter(ChosenFilter):
    """The first word of an event's name: `token`, `session`, `otp` …"""

    title = _("kind of event")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(group, group) for group in sorted({name.partition(".")[0] for name in CATALOGUE})]

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        group = self.value()
        if not group:
            return queryset
        return queryset.filter(event__in=sorted(name for name in CATALOGUE if name.startswith(f"{group}.")))


class EventFilter(ChosenFilter):
    """The declared events, of the chosen kind if one is chosen."""

    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        group = request.GET.get(GroupFilter.parameter_name, "")
        return [(name, name) for name in sorted(CATALOGUE) if not group or name.partition(".")[0] == group]

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        return queryset.filter(event=self.value()) if self.value() else queryset


class ClientFilter(ChosenFilter):
    """The registered apps by name; the rest are found by searching their client id."""

    title = _("app")
    parameter_name = "client"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        apps = Application.objects.order_by("name").values_list("client_id", "name")
        return [(client_id, name or client_id) for client_id, name in apps[:LISTED_CLIENTS]]

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        return queryset.filter(client_id=self.value()) if self.value() else queryset


class TypedFilter(admin.ListFilter):
    """A filter with something to type. A value that cannot be read is said, and nothing is filtered by it."""

    parameters: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.parameters:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1].strip()
        self.typed = {name: str(value) for name, value in self.used_parameters.items()}
        left_out = {*self.parameters, "p", "e"}
        self.others = [(name, value) for name, value in request.GET.items() if name not in left_out]

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameters)

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {
            "selected": not any(self.typed.values()),
            "query_string": changelist.get_query_string(remove=list(self.parameters)),
            "display": _("All"),
        }

    @property
    def fields(self) -> list[dict[str, str]]:
        """The inputs of the filter, for its template."""
        return [{"name": name, "value": self.typed.get(name, "")} for name in self.parameters]

    def unreadable(self, request: HttpRequest, sentence: str | Promise) -> IncorrectLookupParameters:
        """To be raised: the list without its filters, and why."""
        messages.error(request, str(sentence))
        return IncorrectLookupParameters()


class TimeFilter(TypedFilter):
    """A period that ends now, or from one time to another. Django's own asks the table for its years and days."""

    title = _("time")
    parameters = ("period", "at__gte", "at__lt")
    template = f"{TEMPLATES}/time_filter.html"

    @property
    def since(self) -> str:
        """As it was typed, for the template."""
        return self.typed.get("at__gte", "")

    @property
    def until(self) -> str:
        """As it was typed, for the template."""
        return self.typed.get("at__lt", "")

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        since, until = self.range(request, timezone.now())
        if since is not None:
            queryset = queryset.filter(at__gte=since)
        return queryset if until is None else queryset.filter(at__lt=until)

    def range(self, request: HttpRequest, now: datetime) -> tuple[datetime | None, datetime | None]:
        """From when until when, None where it is open."""
        period = self.typed.get("period", "")
        if period in PERIODS:
            return now - PERIODS[period][0], None
        try:
            return read_time(self.since), read_time(self.until)
        except ValueError as error:
            raise self.unreadable(request, _("A time looks like 2026-11-21 or 2026-11-21 17:30.")) from error

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield from super().choices(changelist)
        for name, (_length, words) in PERIODS.items():
            yield {
                "selected": self.typed.get("period") == name,
                "query_string": changelist.get_query_string({"period": name}, ["at__gte", "at__lt"]),
                "display": words,
            }


class PersonFilter(TypedFilter):
    """By number of the account, subject or phone number."""

    title = _("person")
    parameters = ("person",)
    template = f"{TEMPLATES}/text_filter.html"
    hint = _("Subject or phone number")

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        typed = self.typed.get("person", "")
        return queryset.filter(user_id=person_number(typed)) if typed else queryset


class AddressFilter(TypedFilter):
    """By address of the network, in full."""

    title = _("address")
    parameters = ("ip",)
    template = f"{TEMPLATES}/text_filter.html"
    hint = _("IP address")

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        typed = self.typed.get("ip", "")
        if not typed:
            return queryset
        try:
            return queryset.filter(ip=str(ipaddress.ip_address(typed)))
        except ValueError as error:
            raise self.unreadable(request, _("An address looks like 203.0.113.7 or 2001:db8::1.")) from error
