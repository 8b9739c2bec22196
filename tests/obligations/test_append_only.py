"""What was recorded stays: the ORM offers no way to change or remove an entry."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from core_app.append_only import removal_allowed
from core_app.events import CATALOGUE
from obligations_app.models import OAuthTokenLog, RecordIsFinal

pytestmark = pytest.mark.requirement("L02")
Log = OAuthTokenLog.objects


@pytest.fixture
def entry(db: None) -> OAuthTokenLog:
    CATALOGUE["token.issued"].emit(client_id="shop-1")
    return Log.get()


def _save(entry: OAuthTokenLog) -> None:
    entry.client_id = "other"
    entry.save()


def _bulk_update(entry: OAuthTokenLog) -> None:
    entry.client_id = "other"
    Log.bulk_update([entry], ["client_id"])


def _replace(entry: OAuthTokenLog) -> None:
    Log.bulk_create(
        [OAuthTokenLog(id=entry.pk, event="x", outcome="success")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["event"],
    )


ATTEMPTS: list[Callable[[OAuthTokenLog], Any]] = [
    _save,
    _bulk_update,
    _replace,
    lambda entry: entry.save(update_fields=["client_id"]),
    lambda entry: entry.save(force_update=True),
    lambda entry: entry.delete(),
    lambda entry: Log.filter(pk=entry.pk).update(client_id="other"),
    lambda entry: Log.all().delete(),
    lambda entry: Log.filter(pk=entry.pk).delete(),
    lambda entry: Log.update_or_create(pk=entry.pk, defaults={"client_id": "other"}),
    lambda entry: OAuthTokenLog._default_manager.all().delete(),
    lambda entry: OAuthTokenLog._base_manager.all().delete(),
    lambda entry: OAuthTokenLog._base_manager.update(client_id="other"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_entry_cannot_be_changed_or_removed(entry: OAuthTokenLog, attempt: Callable[..., Any]) -> None:
    before = Log.values().get()
    with pytest.raises(RecordIsFinal), transaction.atomic():
        attempt(entry)
    assert Log.values().get() == before


def test_asynchronous_forms_refuse_too(entry: OAuthTokenLog) -> None:
    queryset = Log.none()
    with pytest.raises(RecordIsFinal):
        asyncio.run(queryset.aupdate(client_id="other"))
    with pytest.raises(RecordIsFinal):
        asyncio.run(queryset.adelete())


def test_a_row_with_a_known_id_does_not_overwrite(entry: OAuthTokenLog) -> None:
    before = Log.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OAuthTokenLog(id=entry.pk, event="other", outcome="success").save()
    assert Log.values().get() == before


def test_new_rows_may_come_in_bulk(entry: OAuthTokenLog) -> None:
    Log.bulk_create([OAuthTokenLog(event="x", outcome="success") for _ in range(3)], batch_size=2)
    assert Log.count() == 4


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no triggers of ours")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE obligations_app_oauthtokenlog SET client_id = 'other'",
        "UPDATE obligations_app_oauthtokenlog SET at = at WHERE client_id = 'shop-1'",
        "DELETE FROM obligations_app_oauthtokenlog",
        "DELETE FROM obligations_app_oauthtokenlog WHERE client_id = 'shop-1'",
    ],
)
def test_the_database_refuses_the_servers_own_role(entry: OAuthTokenLog, statement: str) -> None:
    before = Log.values().get()
    with pytest.raises(DatabaseError, match="never changed or removed"):
        execute(statement)
    assert Log.values().get() == before


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no triggers of ours")
def test_what_the_clean_up_may_is_over_with_its_transaction(entry: OAuthTokenLog) -> None:
    with removal_allowed(), pytest.raises(DatabaseError, match="never changed or removed"):
        execute("UPDATE obligations_app_oauthtokenlog SET client_id = 'other'")
    with pytest.raises(ZeroDivisionError), removal_allowed():
        raise ZeroDivisionError
    with pytest.raises(DatabaseError, match="never changed or removed"):
        execute("DELETE FROM obligations_app_oauthtokenlog")
    assert Log.count() == 1


def written(days: float) -> None:
    OAuthTokenLog.objects.create(event="x", outcome="success", at=timezone.now() - timedelta(days=days))


@pytest.mark.requirement("F61")
def test_only_the_clean_up_removes_entries_and_only_old_ones(entry: OAuthTokenLog) -> None:
    for days in (401, 500, 399):
        written(days)
    call_command("cleanup")
    assert sorted(Log.values_list("event", flat=True)) == ["token.issued", "x"]
    with pytest.raises(RecordIsFinal):
        Log.filter(at__lt=timezone.now()).delete()


@pytest.mark.requirement("F61")
def test_the_record_may_be_kept_for_ever(entry: OAuthTokenLog, settings: Any) -> None:
    settings.LOG_RETENTION_DAYS = 0
    written(5000)
    call_command("cleanup")
    assert Log.count() == 2
