"""Objects from rows that were read without the ORM: which columns to ask for, and what to make of them."""

import json
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, models

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
        self.json = [number for number, field in enumerate(fields) if isinstance(field, models.JSONField)]
        self.key = self.names.index(model._meta.pk.attname)

    def read(self, values: Sequence[Any]) -> M | None:
        """The object of one row; None where an outer join found no row."""
        if values[self.key] is None:
            return None
        parsed = list(values)
        for number in self.json:
            if parsed[number] is not None:
                parsed[number] = json.loads(parsed[number])
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, parsed)


def split(row: Sequence[Any], *kinds: Columns[Any]) -> list[Any]:
    """The objects of a row that has the columns of these kinds, in their order, each None where it is absent."""
    found, start = [], 0
    for kind in kinds:
        end = start + len(kind.names)
        found.append(kind.read(row[start:end]))
        start = end
    return found
