"""One row of a model as a statement of PostgreSQL, without the ORM: the text is made once, the values each time."""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import models

# Types without a length: the column's own is asked when the value is stored, and refuses what is too long.
CASTS = {
    "BigIntegerField": "bigint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "CharField": "text",
    "DateTimeField": "timestamptz",
    "GenericIPAddressField": "inet",
    "JSONField": "jsonb",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "TextField": "text",
    "UUIDField": "uuid",
    "BigAutoField": "bigint",
}


class Insert:
    """How rows of a model are inserted. A field of another type than those of CASTS raises KeyError."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    @cached_property
    def fields(self) -> Sequence[Any]:
        """The fields that are given a value; a key that the database counts up is not."""
        return [
            field
            for field in self.model._meta.concrete_fields
            if not (field.primary_key and isinstance(field, models.AutoField))
        ]

    @cached_property
    def sql(self) -> str:
        """`INSERT INTO … SELECT %s::…`: to be followed by where the row comes from, and RETURNING."""
        columns = ", ".join(f'"{field.column}"' for field in self.fields)
        values = ", ".join(f"%s::{_cast(field)}" for field in self.fields)
        return f'INSERT INTO "{self.model._meta.db_table}" ({columns}) SELECT {values}'

    @cached_property
    def key(self) -> str:
        """The column of the primary key."""
        return f'"{self.model._meta.pk.column}"'

    def values(self, row: models.Model) -> list[Any]:
        """The parameters of `sql` for an unsaved object."""
        for field in self._filled_in:
            field.pre_save(row, True)
        values = list(self._read(row))
        for place in self._json:
            values[place] = json.dumps(values[place])
        return values

    @cached_property
    def _filled_in(self) -> Sequence[Any]:
        """The fields that set their value themselves when a row is written."""
        return [field for field in self.fields if getattr(field, "auto_now", False) or _is_added_now(field)]

    @cached_property
    def _read(self) -> Callable[[models.Model], tuple[Any, ...]]:
        return attrgetter(*(field.attname for field in self.fields))

    @cached_property
    def _json(self) -> Sequence[int]:
        return [place for place, field in enumerate(self.fields) if isinstance(field, models.JSONField)]


def _is_added_now(field: Any) -> bool:
    return getattr(field, "auto_now_add", False)


def _cast(field: Any) -> str:
    while field.is_relation:
        field = field.target_field
    return CASTS[field.get_internal_type()]
