"""The record for operators: filtered, searched and read. Nothing can be added, changed or removed here."""

from collections.abc import Mapping

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from obligations_app.selectors import entries_about

COUNTED_ENTRIES = 10_000
LISTED_CLIENTS = 200
NOTHING = "–"  # noqa: RUF001  an en dash is meant


class NearPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts at most COUNTED_ENTRIES: counting millions on each page would cost more than the page."""

    @cached_property
    def count(self) -> int:
        newest: QuerySet[OAuthTokenLog] = self.object_list[:COUNTED_ENTRIES]  # type: ignore[assignment]
        return newest.count()


class EventFilter(admin.SimpleListFilter):
    """Offers the declared events, without asking the table which ones it has."""

    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(CATALOGUE)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OAuthTokenLog]) -> QuerySet[OAuthTokenLog]:
        return queryset.filter(event=self.value()) if self.value() else queryset


class ClientFilter(admin.SimpleListFilter):
    """Offers the registered apps by name; the rest are found by searching their client id."""

    title = _("app")
    parameter_name = "client"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        apps = Application.objects.order_by("name").values_list("client_id", "name")
        return [(client_id, name or client_id) for client_id, name in apps[:LISTED_CLIENTS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OAuthTokenLog]) -> QuerySet[OAuthTokenLog]:
        return queryset.filter(client_id=self.value()) if self.value() else queryset


@admin.register(OAuthTokenLog)
class OAuthTokenLogAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "event", "outcome", "person", "client_id", "about", "ip")
    list_display_links = ("at", "event")
    list_filter = (EventFilter, "outcome", ClientFilter, "at")
    list_select_related = ("user",)
    list_per_page = 50
    sortable_by = ("at",)
    search_fields = ("sid", "family", "jti", "client_id")
    search_help_text = _(
        "A session, family, token or client id, or a person's subject or phone number, in full."
    )
    show_full_result_count = False
    paginator = NearPaginator
    actions = None
    fieldsets = (
        (None, {"fields": ("at", "event", "meaning", "outcome", "reason", "subject")}),
        (_("Who"), {"fields": ("person", "client", "session")}),
        (_("What for"), {"fields": ("grant_type", "scope_list", "level_list", "token_family", "jti")}),
        (_("From where"), {"fields": ("ip", "user_agent", "request_id")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OAuthTokenLog | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OAuthTokenLog | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OAuthTokenLog], search_term: str
    ) -> tuple[QuerySet[OAuthTokenLog], bool]:
        return (entries_about(search_term, within=queryset) if search_term.strip() else queryset), False

    @admin.display(description=_("person"))
    def person(self, entry: OAuthTokenLog) -> str | SafeString:
        if entry.user_id is None:
            return NOTHING
        if entry.user is None:
            return _("deleted (%(number)d)") % {"number": entry.user_id}
        url = reverse("admin:accounts_app_user_change", args=[entry.user_id])
        return format_html('<a href="{}">{}</a>', url, entry.user)

    @admin.display(description=_("about"))
    def about(self, entry: OAuthTokenLog) -> str:
        return entry.reason or entry.subject or entry.scopes

    @admin.display(description=_("meaning"))
    def meaning(self, entry: OAuthTokenLog) -> str:
        signal = CATALOGUE.get(entry.event)
        return signal.meaning if signal else NOTHING

    @admin.display(description=_("client id"))
    def client(self, entry: OAuthTokenLog) -> str | SafeString:
        return _everything_about(entry.client_id)

    @admin.display(description=_("session id"))
    def session(self, entry: OAuthTokenLog) -> str | SafeString:
        return _everything_about(str(entry.sid or ""))

    @admin.display(description=_("token family"))
    def token_family(self, entry: OAuthTokenLog) -> str | SafeString:
        return _everything_about(str(entry.family or ""))

    @admin.display(description=_("scopes"))
    def scope_list(self, entry: OAuthTokenLog) -> str | SafeString:
        return format_html_join(", ", "{}", ((scope,) for scope in entry.scopes.split())) or NOTHING

    @admin.display(description=_("policy levels"))
    def level_list(self, entry: OAuthTokenLog) -> str | SafeString:
        levels: Mapping[str, str] = entry.policies
        return format_html_join(", ", "{}: {}", sorted(levels.items())) or NOTHING


def _everything_about(identity: str) -> str | SafeString:
    """An id that leads to all entries naming it."""
    if not identity:
        return NOTHING
    url = reverse("admin:obligations_app_oauthtokenlog_changelist", query={"q": identity})
    return format_html('<a href="{}">{}</a>', url, identity)
