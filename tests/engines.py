"""Which tests a run on MariaDB repeats: those that could say something else there than on PostgreSQL.

A test that asks for no database cannot reach one (pytest-django sees to that), so a second database changes nothing for
it. Races are the exception: their servers are processes of their own on the database of the run.
"""

import os
from collections.abc import Sequence

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}
ON_THE_DATABASE_OF_THE_RUN = ("django_db", "race", "services", "browser")


def leave_out_what_says_the_same(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On MariaDB, which comes after PostgreSQL. The first database of a run has all of them."""
    if not os.environ.get("DATABASE_URL", "").startswith("mysql"):
        return
    left_out = [item for item in items if _says_the_same(item)]
    items[:] = [item for item in items if not _says_the_same(item)]
    config.hook.pytest_deselected(items=left_out)


def _says_the_same(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return True
    fixtures: Sequence[str] = getattr(item, "fixturenames", ())
    return DATABASE_FIXTURES.isdisjoint(fixtures) and not any(
        item.get_closest_marker(name) for name in ON_THE_DATABASE_OF_THE_RUN
    )
