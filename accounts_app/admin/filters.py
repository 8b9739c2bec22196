"""Filters of the list of people, in words."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User

STANDINGS = {
    "active": (_("active"), Q(is_active=True)),
    "shut": (_("shut out"), Q(is_active=False, delete_after__isnull=True)),
    "closed": (_("closed by the person, to be deleted"), Q(is_active=False, delete_after__isnull=False)),
    "password": (_("must set a new password"), Q(must_change_password=True)),
    "unproven": (_("number not proven"), Q(phone__isnull=False, phone_proven_at__isnull=True)),
}


class StandingFilter(admin.SimpleListFilter):
    """How accounts stand. Locks after failed attempts are counted under hashes: they have a list of their own."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(value, gettext(str(words))) for value, (words, _condition) in STANDINGS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        found = STANDINGS.get(self.value() or "")
        return queryset.filter(found[1]) if found else queryset
