"""What operators look for in the outbox."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from messaging_app.gateways.base import FAILED
from messaging_app.models import OutboundMessage

Status = OutboundMessage.Status
NEEDS_A_LOOK = Q(status__in=[Status.DEAD, Status.FAILED, Status.UNKNOWN]) | Q(receipt_status=FAILED)


class NeedsALookFilter(admin.SimpleListFilter):
    """Dead letters and what did not arrive, apart from the thousands that did."""

    title = _("needs a look")
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", _now("Needs a look")), ("retry", _now("Can be sent again"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutboundMessage]
    ) -> QuerySet[OutboundMessage]:
        if self.value() == "yes":
            return queryset.filter(NEEDS_A_LOOK)
        if self.value() == "retry":
            return queryset.filter(status__in=[Status.DEAD, Status.FAILED]).exclude(payload_sealed="")
        return queryset


class WordFilter(admin.AllValuesFieldListFilter):
    """All values that are there; what is empty gets a dash, so that its link can be seen and read aloud."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "-"}
