"""Objects of models out of the columns of a statement written by hand, on any database: as the ORM reads them.

The ORM writes its statement anew for each question, which costs more than the answer where the question never changes.
"""

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)
Converter = Callable[[Any], Any]


class Columns(Generic[M]):
    """All columns of one model in a SELECT, under the alias that the statement gives its table."""

    def __init__(self, model: type[M], alias: str) -> None:
        self._model = model
        self._alias = alias
        # Converters are bound to the connection that made them, and a thread has its own.
        self._of_this_thread = threading.local()

    @cached_property
    def sql(self) -> str:
        """`alias.column, …`, in the model's order."""
        names = (connection.ops.quote_name(str(field.column)) for field in self._model._meta.concrete_fields)
        return ", ".join(f"{self._alias}.{name}" for name in names)

    @cached_property
    def table(self) -> str:
        """`table alias`, for FROM and JOIN."""
        return f"{connection.ops.quote_name(self._model._meta.db_table)} {self._alias}"

    @cached_property
    def width(self) -> int:
        return len(self._model._meta.concrete_fields)

    def read(self, values: Sequence[Any]) -> M:
        """The object of these columns."""
        row = list(values)
        for place, convert in self._converters():
            row[place] = convert(row[place])
        return self._model.from_db(connection.alias, self._names, row)

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._model._meta.concrete_fields]

    def _converters(self) -> list[tuple[int, Converter]]:
        """What the database's values go through to become Python's, by place: the backend's first, then the field's."""
        kept: list[tuple[int, Converter]] | None = getattr(self._of_this_thread, "converters", None)
        if kept is None:
            kept = self._of_this_thread.converters = self._made_converters()
        return kept

    def _made_converters(self) -> list[tuple[int, Converter]]:
        found = []
        for place, field in enumerate(self._model._meta.concrete_fields):
            column: Any = field.get_col(self._model._meta.db_table)
            own = column.get_db_converters(connection)
            for convert in (*connection.ops.get_db_converters(column), *own):
                found.append((place, _bound(convert, column)))
        return found


def _bound(convert: Callable[..., Any], column: Any) -> Converter:
    return lambda value: convert(value, column, connection)
