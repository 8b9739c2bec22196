"""Reading one row by its key where it is read all the time: the statement is written once, not built for each look-up.

Django's query objects and model instances cost several times what the database takes to find a row. Values still go
through the model's fields both ways, so that every database gives the same Python values.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.utils import DEFAULT_DB_ALIAS

from core_app.together import prepared

R = TypeVar("R", bound=NamedTuple)
Conversion = tuple[int, Callable[[Any], Any]]


class OneRow(Generic[R]):
    """`SELECT columns … WHERE by = … AND conditions`, of a model without joins. One statement for each `find`.

    The columns are the fields of the named tuple that comes back; each is called as a concrete field of the model. Make
    it once, at import.
    """

    def __init__(self, model: type[models.Model], row: type[R], *, by: str, **conditions: Any) -> None:
        self._model = model
        self._row = row
        self._by = by
        self._conditions = conditions
        # Converters may be bound to the connection that made them, and a thread has its own.
        self._of_this_thread = threading.local()

    def find(self, value: object) -> R | None:
        """The row, or None. Raises django's DatabaseError; ValidationError for what cannot be a value of `by`."""
        look_up = self._look_up()
        found = prepared(look_up.sql, [look_up.to_database(value), *look_up.fixed])
        if found is None:
            return None
        if not look_up.conversions:
            return self._row._make(found)
        values = list(found)
        for place, convert in look_up.conversions:
            values[place] = convert(values[place])
        return self._row._make(values)

    def _look_up(self) -> "_LookUp":
        """How this thread's connection is asked."""
        connection = connections[DEFAULT_DB_ALIAS]
        known: _LookUp | None = getattr(self._of_this_thread, "look_up", None)
        if known is None or known.connection is not connection:
            known = self._of_this_thread.look_up = self._written_for(connection)
        return known

    def _written_for(self, connection: BaseDatabaseWrapper) -> "_LookUp":
        key, columns = self._field(self._by), [self._field(name) for name in self._row._fields]
        fixed = [(self._field(name), value) for name, value in self._conditions.items()]
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column) for field in columns)
        where = " AND ".join(f"{quote(field.column)} = %s" for field in (key, *(field for field, _ in fixed)))
        table = quote(self._model._meta.db_table)

        def to_database(value: object) -> object:
            return key.get_db_prep_value(value, connection, prepared=False)

        return _LookUp(
            connection=connection,
            # Names of our own models and nothing else; values travel as parameters.
            sql=f"SELECT {names} FROM {table} WHERE {where}",  # noqa: S608
            to_database=to_database,
            fixed=[field.get_db_prep_value(value, connection, prepared=False) for field, value in fixed],
            conversions=[
                (place, convert)
                for place, field in enumerate(columns)
                for convert in _converters(Col(self._model._meta.db_table, field), connection)
            ],
        )

    def _field(self, name: str) -> Any:
        return self._model._meta.get_field(name)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """The statement in a connection's own words, and what has to be done to values on their way in and out."""

    connection: BaseDatabaseWrapper
    sql: str
    to_database: Callable[[object], object]
    fixed: list[Any]
    conversions: list[Conversion]


def _converters(column: Col, connection: BaseDatabaseWrapper) -> list[Callable[[Any], Any]]:
    """What makes a raw value the field's: nothing on PostgreSQL for most fields."""
    field = column.target
    converters = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]
    return [_bound(convert, column, connection) for convert in converters]


def _bound(
    convert: Callable[[Any, Col, BaseDatabaseWrapper], Any], column: Col, connection: BaseDatabaseWrapper
) -> Callable[[Any], Any]:
    return lambda value: convert(value, column, connection)
