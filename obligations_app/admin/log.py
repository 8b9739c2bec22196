"""The record for operators: filtered, searched and read. Nothing can be added, changed or removed here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from obligations_app.admin import words
from obligations_app.admin.export import export_page
from obligations_app.admin.filters import (
    AddressFilter,
    ClientFilter,
    EventFilter,
    GroupFilter,
    OutcomeFilter,
    PersonFilter,
    TimeFilter,
)
from obligations_app.admin.paging import LogChangeList, NearPaginator
from obligations_app.admin.words import NOTHING
from obligations_app.models import OAuthTokenLog
from obligations_app.selectors import entries_about

ALLOWED_LOOKUPS = frozenset(
    {"outcome__exact", "person", "ip", "client", "group", "event", *TimeFilter.parameters}
)


@admin.register(OAuthTokenLog)
class OAuthTokenLogAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "event", "outcome", "person", "client_id", "about", "ip")
    list_display_links = ("at", "event")
    list_filter = (
        TimeFilter,
        OutcomeFilter,
        PersonFilter,
        AddressFilter,
        ClientFilter,
        GroupFilter,
        EventFilter,
    )
    list_select_related = ("user",)
    list_per_page = 50
    sortable_by = ("at",)
    search_fields = ("sid", "family", "jti", "client_id")
    search_help_text = _(
        "A session, family, token, request or client id, an address, or a person's subject or phone number, in full."
    )
    show_full_result_count = False
    # Counting each choice of each filter would read the whole table several times.
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator
    actions = None
    fieldsets = (
        (None, {"fields": ("in_words", "at", "event", "outcome", "reason", "subject", "count")}),
        (_("Who"), {"fields": ("person", "client", "session")}),
        (_("What for"), {"fields": ("grant_type", "scope_list", "level_list", "token_family", "token")}),
        (_("From where"), {"fields": ("address", "user_agent", "request", "same_request")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OAuthTokenLog | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OAuthTokenLog | None = None) -> bool:
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Reading the record is one thing, carrying it away another (L05)."""
        may_export = request.user.has_perm("obligations_app.export_oauthtokenlog")
        return bool(may_export and self.has_view_permission(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The filters above and nothing else: no regular expressions, no other tables (L08)."""
        return lookup in ALLOWED_LOOKUPS

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LogChangeList]:
        return LogChangeList

    def get_urls(self) -> list[URLPattern]:
        name = "obligations_app_oauthtokenlog_export"
        return [path("export/", self.admin_site.admin_view(self.export), name=name), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The filtered list as a file."""
        return export_page(self, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_export": self.has_export_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OAuthTokenLog], search_term: str
    ) -> tuple[QuerySet[OAuthTokenLog], bool]:
        term = search_term.replace("\x00", "").strip()
        return (entries_about(term, within=queryset) if term else queryset), False

    @admin.display(description=_("in words"))
    def in_words(self, entry: OAuthTokenLog) -> str:
        return words.sentence(entry)

    @admin.display(description=_("person"))
    def person(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.person(entry)

    @admin.display(description=_("about"))
    def about(self, entry: OAuthTokenLog) -> str:
        about = entry.reason or entry.subject or entry.scopes
        return f"{about} × {entry.count}" if entry.count > 1 else about  # noqa: RUF001  a multiplication sign

    @admin.display(description=_("app"))
    def client(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.client(entry)

    @admin.display(description=_("session"))
    def session(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.session(entry)

    @admin.display(description=_("token family"))
    def token_family(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.family(entry)

    @admin.display(description=_("token id"))
    def token(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.entries_link(entry.jti, q=entry.jti)

    @admin.display(description=_("address"))
    def address(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.entries_link(entry.ip or "", ip=entry.ip or "")

    @admin.display(description=_("request id"))
    def request(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.entries_link(entry.request_id, q=entry.request_id)

    @admin.display(description=_("in the same request"))
    def same_request(self, entry: OAuthTokenLog) -> str | SafeString:
        return words.others_of_the_request(entry)

    @admin.display(description=_("scopes"))
    def scope_list(self, entry: OAuthTokenLog) -> str | SafeString:
        return format_html_join(", ", "{}", ((scope,) for scope in entry.scopes.split())) or NOTHING

    @admin.display(description=_("policy levels"))
    def level_list(self, entry: OAuthTokenLog) -> str | SafeString:
        levels = format_html_join(", ", "{}: {}", sorted(entry.policies.items()))
        return format_html("{}", levels) or NOTHING
