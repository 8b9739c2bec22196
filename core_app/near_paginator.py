"""Pages of tables that grow without end: counting millions of rows on each page would cost more than the page."""

from typing import cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

COUNTED_ROWS = 10_000


class NearPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts at most COUNTED_ROWS; who looks for something further down searches or filters."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, as far as they are counted."""
        # In no order: the first so many of an index are counted, whichever they are.
        rows: QuerySet[Model] = cast("QuerySet[Model]", self.object_list).order_by()
        return rows[:COUNTED_ROWS].count()
