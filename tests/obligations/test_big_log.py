"""A large record: each page an operator opens comes from an index and is not counted to its end."""

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts_app.models import User
from core_app.append_only import removal_allowed
from core_app.cleanup import backlog, remove
from obligations_app.cleanup import old_rows
from obligations_app.log_export import CHUNK, begin
from obligations_app.models import OAuthTokenLog
from tests.operators import sign_in_as

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F61", "L08")]
IS_POSTGRESQL = connection.vendor == "postgresql"
# Fewer where that is too slow: the plans are the same from some ten thousand on.
ROWS = int(os.environ.get("BIG_LOG_ROWS", "1000000")) if IS_POSTGRESQL else 3000
LIST = "admin:obligations_app_oauthtokenlog_changelist"
TABLE = "obligations_app_oauthtokenlog"
# Half a minute apart, the newest now; few refusals, few people, one app with nearly everything.
POSTGRESQL = """
INSERT INTO obligations_app_oauthtokenlog (at, event, outcome, reason, user_id, subject, client_id, grant_type, scopes,
  policies, sid, jti, family, ip, user_agent, request_id)
SELECT now() - (i * interval '30 seconds'),
  (ARRAY['token.issued','token.refreshed','session.started','otp.sent'])[1 + i %% 4],
  CASE WHEN i %% 500 = 0 THEN 'refused' ELSE 'success' END, '', 1 + i %% 5000, '',
  CASE WHEN i %% 100 = 0 THEN 'rare' ELSE 'common' END, '', 'openid', '{}',
  lpad(to_hex(i / 10), 32, '0')::uuid, 'j' || i, lpad(to_hex(i / 10), 32, '0')::uuid,
  ('10.' || (i %% 200) || '.' || (i / 200 %% 200) || '.1')::inet, '', 'r' || i
FROM generate_series(1, %s) AS i
"""


@pytest.fixture(scope="module")
def many_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Shared by the tests of this module, which change nothing that they do not roll back."""
    with django_db_blocker.unblock():
        if IS_POSTGRESQL:
            with transaction.atomic(), connection.cursor() as cursor:
                # As a replica PostgreSQL runs no triggers.
                cursor.execute(
                    "SET LOCAL session_replication_role = replica; SET LOCAL statement_timeout = 0"
                )
                cursor.execute(POSTGRESQL, [ROWS])
                cursor.execute(f"ANALYZE {TABLE}")
        else:
            now = timezone.now()
            OAuthTokenLog.objects.bulk_create(
                [
                    OAuthTokenLog(
                        at=now - timedelta(seconds=30 * number),
                        event=["token.issued", "otp.sent"][number % 2],
                        outcome="refused" if number % 500 == 0 else "success",
                        client_id="rare" if number % 100 == 0 else "common",
                        user_id=1 + number % 50,
                        ip=f"10.0.0.{number % 200}",
                        request_id=f"r{number}",
                    )
                    for number in range(1, ROWS + 1)
                ],
                batch_size=500,
            )
    yield
    with django_db_blocker.unblock():
        if IS_POSTGRESQL:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {TABLE}")
        else:
            with removal_allowed():
                QuerySet.delete(OAuthTokenLog.objects.all())


@pytest.fixture
def operator(many_rows: None, client: Client) -> Client:
    sign_in_as(client, User.objects.create(phone="+97688112233", is_staff=True, is_superuser=True))
    return client


def plans(asked: CaptureQueriesContext) -> list[str]:
    """How the database answers what was asked of the record."""
    statements = [query["sql"] for query in asked.captured_queries]
    selects = [sql for sql in statements if sql.startswith("SELECT") and TABLE in sql]
    assert selects
    prefix = {"sqlite": "EXPLAIN QUERY PLAN "}.get(connection.vendor, "EXPLAIN ")
    with connection.cursor() as cursor:
        return [_explained(cursor, prefix + sql) for sql in selects]


def _explained(cursor: Any, sql: str) -> str:
    cursor.execute(sql)
    return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


def assert_from_an_index(plan: str) -> None:
    """No plan reads the table from end to end."""
    if IS_POSTGRESQL:
        assert f"Seq Scan on {TABLE}" not in plan, plan
        assert f"on {TABLE}" in plan, plan
    elif connection.vendor == "sqlite":
        # A count that is capped reads as many rows as its cap, in whatever order the database likes; a page in the
        # order of the keys is read from the table itself, which stands in that order. Nothing is sorted for either.
        is_read_in_order = "TEMP B-TREE" not in plan
        for line in plan.splitlines():
            if re.search(rf"SCAN {TABLE}\b", line):
                assert "USING" in line or is_read_in_order, plan


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"o": "1"},
        {"o": "2.-5"},
        {"p": "150" if IS_POSTGRESQL else "15"},
        {"period": "1h"},
        {"period": "30d", "outcome__exact": "refused"},
        {"at__gte": "2026-01-01", "at__lt": "2026-06-30 12:00"},
        {"event": "otp.sent"},
        {"group": "otp"},
        {"group": "key"},
        {"outcome__exact": "refused"},
        {"client": "common", "outcome__exact": "refused"},
        {"client": "rare"},
        {"client": "nobody"},
        {"person": "17"},
        {"ip": "10.7.3.1"},
        {"q": "r12345"},
        {"q": "00000000-0000-0000-0000-000000000123"},
    ],
)
def test_each_page_of_the_list_comes_from_an_index(operator: Client, query: dict[str, str]) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = operator.get(reverse(LIST), query)
    assert answer.status_code == 200
    for plan in plans(asked):
        assert_from_an_index(plan)
    assert len(asked) <= 9
    counts = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"].upper()]
    assert all("LIMIT 10000" in sql for sql in counts)
    assert not any("DISTINCT" in query["sql"].upper() for query in asked.captured_queries)


@pytest.mark.services
@pytest.mark.skipif(not IS_POSTGRESQL, reason="many rows are made on PostgreSQL only")
def test_an_entry_and_its_request_are_read_from_indexes(operator: Client) -> None:
    entry = OAuthTokenLog.objects.filter(request_id="r777").get()
    with CaptureQueriesContext(connection) as asked:
        answer = operator.get(reverse("admin:obligations_app_oauthtokenlog_change", args=[entry.pk]))
    assert answer.status_code == 200
    for plan in plans(asked):
        assert_from_an_index(plan)
    assert len(asked) <= 12


def test_an_export_reads_chunk_by_chunk_from_an_index(operator: Client) -> None:
    now = timezone.now()
    with CaptureQueriesContext(connection) as asked:
        lines = begin(
            entries=OAuthTokenLog.objects.all(), kind="ndjson", since=now - timedelta(days=1), until=now
        )
        rows = [json.loads(line) for line in lines]
    assert len(rows) >= CHUNK * 2
    assert len({row["id"] for row in rows}) == len(rows)
    for plan in plans(asked):
        assert_from_an_index(plan)


@pytest.mark.requirement("R22", "L02")
def test_the_clean_up_of_old_entries_takes_small_steps_from_an_index(operator: Client, settings: Any) -> None:
    settings.LOG_RETENTION_DAYS = 1
    now = timezone.now()
    if IS_POSTGRESQL:
        now -= timedelta(days=ROWS * 30 / 86400 - 2)
    (kind,) = (kind for kind in old_rows(now) if kind.name == "record")
    waiting = kind.rows.count()
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        removed = remove([kind], seconds=60, pause=0)
        transaction.set_rollback(True)
    assert removed["record"] == waiting > 0
    for plan in plans(asked):
        assert_from_an_index(plan)
    deletes = [query for query in asked.captured_queries if query["sql"].startswith("DELETE")]
    assert len(deletes) == waiting // 500 + 1
    assert all(float(query["time"]) < 2 for query in deletes)


@pytest.mark.requirement("R22")
def test_the_figure_of_what_waits_is_cheap(operator: Client, settings: Any) -> None:
    settings.LOG_RETENTION_DAYS = 1
    with CaptureQueriesContext(connection) as asked:
        (figure,) = (one for one in backlog(timezone.now()) if one.name == "record")
    for plan in plans(asked):
        assert_from_an_index(plan)
    assert figure.waiting == (10_000 if IS_POSTGRESQL else figure.waiting)


@pytest.mark.parametrize(
    "query",
    [
        "user__password__startswith=a",
        "reason__regex=(a%2B)%2B%24",
        "user__sub=x",
        "at__year=2026",
        "_connector=OR",
        "outcome__in=a,b",
        "pk__in=1",
        "order_by=reason",
        "id)%20OR%201=1--=x",
    ],
)
def test_no_other_lookup_reaches_the_database(operator: Client, query: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = operator.get(f"{reverse(LIST)}?{query}")
    assert answer.status_code == 400
    assert not any(f'FROM "{TABLE}"' in query["sql"] for query in asked.captured_queries)


@pytest.mark.parametrize(
    "query",
    [
        "at__gte=soon",
        "at__lt=2026-99-99",
        "ip=here",
        "ip=%00",
        "at__gte=%00",
        "at__gte=9999-12-31T23:59-12:00",
    ],
)
def test_a_value_that_cannot_be_read_is_said(operator: Client, query: str) -> None:
    answer = operator.get(f"{reverse(LIST)}?{query}", follow=True)
    assert answer.status_code == 200
    assert "looks like" in answer.content.decode() or "9999" in query


ODD = [
    *(
        "o=999",
        "o=-2.abc",
        "o=id;drop",
        "p=-1",
        "p=99999",
        "p=x",
        "all=1",
        "period=never",
        "person=-1",
        "q=%00",
    ),
    *(
        "person=%00",
        "client=%00",
        "group=%00",
        "event=%00",
        "outcome__exact=%00",
        "person=99999999999999999999",
    ),
]


@pytest.mark.parametrize("query", ODD)
def test_odd_values_of_filters_and_order_are_no_error_of_the_server(operator: Client, query: str) -> None:
    assert operator.get(f"{reverse(LIST)}?{query}", follow=True).status_code == 200
