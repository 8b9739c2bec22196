"""Objects of models out of the columns of a statement written by hand, on any database: as the ORM reads them.

The ORM writes its statement anew for each question, which costs more than the answer where the question never changes.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)
Converter = Callable[[Any], Any]


def new_object(model: type[M], facts: dict[str, Any]) -> M:
    """An unsaved object with these values by attribute name: as the model's constructor, without a visit of each field.

    Nothing is filled in by itself: `facts` has a value for every field.
    """
    made = model.__new__(model)
    made.__dict__ = facts
    made._state = ModelState()
    return made


def read_object(model: type[M], facts: dict[str, Any]) -> M:
    """As `new_object`, read from the database: Django reads what is left out when somebody asks for it."""
    made = new_object(model, facts)
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    return made


class Columns(Generic[M]):
    """Columns of one model in a SELECT, under the alias that the statement gives its table: all, or `only` some.

    What is left out is read by Django when somebody asks for it, with a statement of its own.
    """

    def __init__(self, model: type[M], alias: str, *, only: Collection[str] = ()) -> None:
        self._model = model
        self._alias = alias
        self._only = only
        # Converters are bound to the connection that made them, and a thread has its own.
        self._of_this_thread = threading.local()

    @cached_property
    def sql(self) -> str:
        """`alias.column, …`, in the model's order."""
        names = (connection.ops.quote_name(str(field.column)) for field in self._fields)
        return ", ".join(f"{self._alias}.{name}" for name in names)

    @cached_property
    def table(self) -> str:
        """`table alias`, for FROM and JOIN."""
        return f"{connection.ops.quote_name(self._model._meta.db_table)} {self._alias}"

    @cached_property
    def width(self) -> int:
        return len(self._fields)

    def read(self, values: Sequence[Any]) -> M:
        """The object of these columns, as `from_db` makes one.

        Without `__init__`, whose signals and defaults are for new objects and cost more than the row itself.
        """
        row = list(values)
        for place, convert in self._converters():
            row[place] = convert(row[place])
        found = self._model.__new__(self._model)
        found._state = ModelState()
        found._state.adding, found._state.db = False, DEFAULT_DB_ALIAS
        found.__dict__.update(zip(self._names, row, strict=True))
        return found

    @cached_property
    def _fields(self) -> list[Any]:
        """The fields asked for, in the model's order. Raises ValueError for a name that is no column."""
        fields = [
            field
            for field in self._model._meta.concrete_fields
            if not self._only or field.attname in self._only
        ]
        unknown = set(self._only) - {field.attname for field in fields}
        if unknown:
            raise ValueError(f"no columns of {self._model.__name__}: {', '.join(sorted(unknown))}")
        return fields

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    def _converters(self) -> list[tuple[int, Converter]]:
        """What the database's values go through to become Python's, by place: the backend's first, then the field's."""
        kept: list[tuple[int, Converter]] | None = getattr(self._of_this_thread, "converters", None)
        if kept is None:
            kept = self._of_this_thread.converters = self._made_converters()
        return kept

    def _made_converters(self) -> list[tuple[int, Converter]]:
        found = []
        for place, field in enumerate(self._fields):
            column: Any = field.get_col(self._model._meta.db_table)
            own = column.get_db_converters(connection)
            for convert in (*connection.ops.get_db_converters(column), *own):
                found.append((place, _bound(convert, column)))
        return found


def _bound(convert: Callable[..., Any], column: Any) -> Converter:
    return lambda value: convert(value, column, connection)
