"""Removing several rows of a list at once, on record as removing one is.

Django notes the removal of several in one statement of which nobody is told, and in no transaction.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.actions import delete_selected as without_record
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core_app.caller import caller_of
from obligations_app.signals import operator_acted


@admin.action(permissions=["delete"], description=without_record.short_description)  # type: ignore[attr-defined]
def delete_selected(site: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """Django's own action, page and all; each row that it removes is an event. Raises PermissionDenied."""
    with transaction.atomic():
        ids = list(queryset.values_list("pk", flat=True))
        page = without_record(site, request, queryset)
        # A page asks first, or says what is in the way. Of a single one the log of the admin tells by itself.
        if page is None and len(ids) > 1:
            _tell(request, queryset.model._meta.label_lower, ids)
    return page


def _tell(request: HttpRequest, label: str, ids: list[Any]) -> None:
    caller = caller_of(request)
    for one in ids:
        operator_acted.emit(
            user_id=request.user.pk, subject=f"{label} {one}", reason="deleted", caller=caller
        )


admin.site.add_action(delete_selected, "delete_selected")
