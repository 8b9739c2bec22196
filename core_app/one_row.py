"""Reading one row by its key where it is read all the time: the statement is written once, not built for each look-up.

Django's query objects cost several times what the database takes to find a row. Values still go through the model's
fields both ways, so that every database gives the same Python values.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.expressions import Col

M = TypeVar("M", bound=models.Model)


class OneRow(Generic[M]):
    """`SELECT columns … WHERE by = … AND conditions`, of a model without joins. One statement for each `find`.

    `columns` are names of concrete fields. What is left out is deferred: touching it costs another statement. Make it
    once, at import.
    """

    def __init__(self, model: type[M], *, by: str, columns: Sequence[str], **conditions: Any) -> None:
        self._model = model
        self._by = by
        self._columns = frozenset(columns)
        self._conditions = conditions
        # Converters may be bound to the connection that made them, and a thread has its own.
        self._of_this_thread = threading.local()

    def find(self, value: object) -> M | None:
        """The row, or None. Raises django's DatabaseError; ValidationError for what cannot be a value of `by`."""
        asked = [(self._fields[0], value), *((field, wanted) for field, wanted in self._fixed)]
        parameters = [field.get_db_prep_value(given, connection, prepared=False) for field, given in asked]
        with connection.cursor() as cursor:
            cursor.execute(self._sql(), parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        values = list(row)
        for place, column, converters in self._converters():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return self._model.from_db(connection.alias, self._names, values)

    @cached_property
    def _fields(self) -> tuple[Any, ...]:
        """The field of the key, then those of the columns in the model's own order, which `from_db` counts on."""
        columns = [field for field in self._model._meta.concrete_fields if field.name in self._columns]
        return (self._model._meta.get_field(self._by), *columns)

    @cached_property
    def _fixed(self) -> tuple[tuple[Any, object], ...]:
        return tuple((self._model._meta.get_field(name), value) for name, value in self._conditions.items())

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields[1:]]

    def _sql(self) -> str:
        quote = connection.ops.quote_name
        known = self._statements.get(connection.vendor)
        if known is None:
            columns = ", ".join(quote(field.column) for field in self._fields[1:])
            keys = (self._fields[0], *(field for field, _value in self._fixed))
            where = " AND ".join(f"{quote(field.column)} = %s" for field in keys)
            table = quote(self._model._meta.db_table)
            # Names of our own models and nothing else; values travel as parameters.
            known = f"SELECT {columns} FROM {table} WHERE {where}"  # noqa: S608
            self._statements[connection.vendor] = known
        return known

    @cached_property
    def _statements(self) -> dict[str, str]:
        return {}

    def _converters(self) -> list[tuple[int, Col, list[Any]]]:
        """What has to be done to the raw values of some columns, by place: none on PostgreSQL for most fields."""
        kept: dict[str, list[tuple[int, Col, list[Any]]]] = self._of_this_thread.__dict__
        known = kept.get(connection.vendor)
        if known is None:
            known = []
            for place, field in enumerate(self._fields[1:]):
                column = Col(self._model._meta.db_table, field)
                converters = [
                    *connection.ops.get_db_converters(column),
                    *field.get_db_converters(connection),
                ]
                if converters:
                    known.append((place, column, converters))
            kept[connection.vendor] = known
        return known
