"""Objects from rows that were read without the ORM: which columns to ask for, and what to make of them."""

import json
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import models

from core_app.rows import read_object

M = TypeVar("M", bound=models.Model)


class Columns(Generic[M]):
    """The columns of one model in a statement, under the alias that its table has there.

    What is left out is read by Django when somebody asks for it.
    """

    def __init__(
        self, model: type[M], alias: str, *, only: Sequence[str] = (), without: Sequence[str] = ()
    ) -> None:
        self.model = model
        fields = [
            field
            for field in model._meta.concrete_fields
            if (not only or field.attname in only) and field.attname not in without
        ]
        self.names = [field.attname for field in fields]
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        # Django has psycopg leave JSON as the text that it is.
        self.json = [field.attname for field in fields if isinstance(field, models.JSONField)]
        self.key = self.names.index(model._meta.pk.attname)

    def read(self, values: Sequence[Any]) -> M | None:
        """The object of one row; None where an outer join found no row."""
        if values[self.key] is None:
            return None
        facts = dict(zip(self.names, values, strict=True))
        for name in self.json:
            if facts[name] is not None:
                facts[name] = json.loads(facts[name])
        return read_object(self.model, facts)


class Joined(Generic[M]):
    """A row of one model and, beside it, the rows that its foreign keys lead to, by the names of those."""

    def __init__(self, columns: Columns[M], **related: Columns[Any]) -> None:
        self._columns = columns
        self._width = start = len(columns.names)
        self._related: list[tuple[str, Columns[Any], slice]] = []
        for name, kind in related.items():
            end = start + len(kind.names)
            self._related.append((name, kind, slice(start, end)))
            start = end
        self.sql = ", ".join(kind.sql for kind in (columns, *related.values()))

    def read(self, row: Sequence[Any]) -> M:
        """The object of a row that begins with these columns. What it is related to is None where it is absent."""
        found = self._columns.read(row[: self._width])
        if found is None:
            raise ValueError("the row that others are joined to is missing")
        found._state.fields_cache = {name: kind.read(row[place]) for name, kind, place in self._related}
        return found
