"""Objects out of rows that were read by hand are as the ORM's own; what was not asked for is read when needed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_app.models import User
from core_app.rows import Columns


def _read(columns: Columns[User], person: User) -> User:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns.sql} FROM {columns.table} WHERE p.id = %s", [person.pk])  # noqa: S608
        row = cursor.fetchone()
    assert len(row) == columns.width
    return columns.read(row)


def test_all_columns_give_what_the_orm_gives(somebody: User) -> None:
    found, expected = _read(Columns(User, "p"), somebody), User.objects.get(pk=somebody.pk)
    assert found == expected
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname)
    assert not found._state.adding


def test_a_column_that_was_not_asked_for_is_read_when_needed(somebody: User) -> None:
    found = _read(Columns(User, "p", only=("id", "sub")), somebody)
    with CaptureQueriesContext(connection) as statements:
        assert found.sub == somebody.sub
    assert not statements
    assert found.get_deferred_fields() >= {"password", "phone"}
    assert found.phone == somebody.phone


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="no columns of User: nmae"):
        _ = Columns(User, "p", only=("id", "nmae")).sql
