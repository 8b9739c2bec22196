"""One row of a model as a statement of PostgreSQL, without the ORM: the text is made once, the values each time."""

import json
from collections.abc import Sequence
from functools import cached_property
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
        return [
            json.dumps(value) if isinstance(field, models.JSONField) else value
            for field, value in ((field, field.pre_save(row, True)) for field in self.fields)
        ]


def _cast(field: Any) -> str:
    while field.is_relation:
        field = field.target_field
    return CASTS[field.get_internal_type()]
