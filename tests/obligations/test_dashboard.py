"""The dashboard as operators see it: figures that equal the log, for those who may, and cheap to paint."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from messaging_app.models import OutboundMessage
from obligations_app.models import EventCount, OAuthTokenLog, RollupState
from obligations_app.rollups import catch_up
from sessions_app.models import SsoSession
from tests.operators import sign_in_as, sign_in_operator

pytestmark = pytest.mark.requirement("F61")
NOW = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGE, COUNT, INDEX = "/admin/dashboard/", "/admin/dashboard/count/", "/admin/"
MOST_STATEMENTS = 15


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as machine:
        yield machine


@pytest.fixture
def reader(clock: time_machine.Traveller, settings: Settings) -> Client:
    """An operator who may see everything, on a server whose worker counts."""
    settings.CELERY_BROKER_URL = "memory://"
    return sign_in_operator(Client())


def happen(event: str, at: datetime, times: int = 1, **facts: Any) -> None:
    OAuthTokenLog.objects.bulk_create(
        OAuthTokenLog(at=at, event=event, **({"outcome": "success"} | facts)) for _each in range(times)
    )


def message(**changes: Any) -> None:
    facts: dict[str, Any] = {
        "channel": "sms", "purpose": "otp.login", "status": "sent", "country": "MN", "route": "first", "parts": 1,
        "cost": Decimal("0.02"), "currency": "EUR", "created_at": NOW - HOUR,
    }  # fmt: skip
    number = OutboundMessage.objects.count()
    OutboundMessage.objects.create(idempotency_key=f"message {number}", **(facts | changes))


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def figures(answer: Any) -> dict[str, tuple[str, int | None]]:
    assert answer.status_code == 200
    return {str(figure.label): (figure.value, figure.change) for figure in answer.context["board"].figures}


def test_figures_are_those_of_the_log_and_compared_with_the_time_before(
    reader: Client, shop: Application
) -> None:
    happen("session.started", NOW - 2 * HOUR, 3)
    happen("session.started", NOW - 26 * HOUR, 2)
    happen("login.failed", NOW - 3 * HOUR, 4, outcome="refused", reason="wrong_password")
    happen("login.failed", NOW - 25 * HOUR, 8, outcome="refused", reason="wrong_password")
    happen("token.issued", NOW - HOUR, 1200, client_id="shop-1", grant_type="authorization_code")
    happen("session.started", NOW - 3 * DAY, 7)
    catch_up(seconds=30)
    answer = reader.get(PAGE)
    assert figures(answer)["Sign-ins"] == ("3", 50)
    assert figures(answer)["Sign-ins refused"] == ("4", -50)
    assert figures(answer)["Accounts locked"] == ("0", None)
    assert "50 % more than before" in words(answer)
    assert "50 % less than before" in words(answer)
    assert figures(reader.get(PAGE, {"range": "7d"}))["Sign-ins"][0] == "12"
    bars = [(bar.label, bar.count) for bar in answer.context["board"].clients]
    assert bars == [("The <Shop>", 1200)]
    assert "The <Shop>" not in answer.content.decode()


def test_what_came_since_the_last_count_is_added_and_not_twice(
    reader: Client, clock: time_machine.Traveller
) -> None:
    happen("session.started", NOW - MINUTE, 2)
    catch_up(seconds=30)
    clock.shift(3 * MINUTE)
    happen("session.started", NOW + 2 * MINUTE, 1)
    assert figures(reader.get(PAGE))["Sign-ins"][0] == "3"
    catch_up(seconds=30)
    assert figures(reader.get(PAGE))["Sign-ins"][0] == "3"


def test_each_figure_leads_to_the_entries_that_it_counts(reader: Client, shop: Application) -> None:
    happen("token.refused", NOW - HOUR, 2, outcome="refused", client_id="shop-1", reason="session_over")
    happen("token.refused", NOW - 30 * HOUR, 1, outcome="refused", client_id="shop-1", reason="session_over")
    happen("token.issued", NOW - HOUR, 1, client_id="shop-1", grant_type="authorization_code")
    catch_up(seconds=30)
    board = reader.get(PAGE).context["board"]
    chart = next(chart for chart in board.charts if chart.name == "tokens")
    in_the_table = [url for line in chart.lines for count, url in line.cells if count == 2]
    in_the_columns = [block.url for column in chart.columns for block in column.blocks if block.colour == 2]
    of_the_figure = [figure.url for figure in board.figures if str(figure.label) == "Token requests refused"]
    of_the_reason = [bar.url for _title, bars in board.reasons for bar in bars]
    for url in (*in_the_table, *in_the_columns, *of_the_figure, *of_the_reason):
        listed = reader.get(url).context["cl"].result_list
        assert [entry.event for entry in listed] == ["token.refused"] * 2
    assert len(in_the_table) == len(in_the_columns) == len(of_the_figure) == len(of_the_reason) == 1


@pytest.mark.requirement("F24")
def test_sms_are_shown_by_country_and_route_with_their_cost(reader: Client) -> None:
    message(receipt_status="delivered", used_at=NOW)
    message(receipt_status="failed")
    message(country="IE", cost=Decimal("0.10"), parts=2)
    message(country="IE", cost=Decimal("0.10"), currency="USD")
    message(status="refused", route="", cost=None, currency="", parts=0)
    message(status="queued", route="", cost=None, currency="", parts=0, created_at=NOW - 5 * MINUTE)
    message(status="sending", route="", cost=None, currency="", parts=0, created_at=NOW - 4 * MINUTE)
    for status in ("dead", "failed", "unknown"):
        message(status=status, route="", cost=None, currency="", parts=0)
    message(status="dead", route="", cost=None, currency="", parts=0, created_at=NOW - timedelta(days=2))
    catch_up(seconds=30)
    answer = reader.get(PAGE)
    rows = {
        (row.country, row.route, row.currency): (
            row.sent,
            row.delivered_rate,
            row.verified_rate,
            row.failed,
            row.cost,
        )
        for row in answer.context["board"].sms.rows
    }
    assert rows[("MN", "first", "EUR")] == (2, 50, 50, 1, Decimal("0.04"))
    assert rows[("IE", "first", "EUR")] == (1, 0, 0, 0, Decimal("0.10"))
    assert rows[("MN", "", "")] == (0, None, None, 3, Decimal(0))
    html = words(answer)
    assert "0.14 EUR" in html
    assert "0.10 USD" in html
    for figure, listed in (
        (answer.context["present"].waiting, "waiting"),
        (answer.context["present"].dead, "dead"),
    ):
        entries = reader.get(answer.context["links"][listed]).context["cl"].result_count
        assert figure == f"{entries}" == {"waiting": "2", "dead": "3"}[listed]
    assert "old" in html


def test_sessions_alive_now_are_those_that_count(reader: Client, person: User) -> None:
    facts = {"user": person, "auth_time": NOW, "acr": "1", "last_seen_at": NOW}
    SsoSession.objects.create(**facts, expires_at=NOW + HOUR)
    SsoSession.objects.create(**facts, expires_at=NOW + HOUR, ended_at=NOW)
    SsoSession.objects.create(**facts, expires_at=NOW - HOUR)
    assert reader.get(PAGE).context["present"].sessions == "2"


def test_an_empty_server_says_what_will_appear(reader: Client) -> None:
    catch_up(seconds=30)
    html = words(reader.get(PAGE))
    assert "No events yet in this time" in html
    assert "<svg class" not in html


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"from": "2026-03-10", "to": "2026-03-01"}, "The first day comes after the last one."),
        ({"from": "2025-10-01", "to": "2026-03-01"}, "92 days at most"),
        ({"from": "2026-03-01"}, "Choose both days"),
        ({"from": "2026-03-01", "to": "2027-03-01"}, "Choose days between"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "Choose days between"),
        ({"from": "yesterday", "to": "2026-03-01"}, "Enter a valid date"),
        ({"range": "1000y"}, "Select a valid choice"),
    ],
)
def test_a_range_that_cannot_be_shown_is_refused_in_words(
    reader: Client, query: dict[str, str], told: str
) -> None:
    html = words(reader.get(PAGE, query))
    assert told in html
    assert "The last 24 hours are shown instead." in html


def test_days_begin_at_midnight_in_the_servers_zone(reader: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Ulaanbaatar"
    happen("session.started", datetime(2026, 3, 8, 15, 59, tzinfo=UTC), 1)
    happen("session.started", datetime(2026, 3, 8, 16, 0, tzinfo=UTC), 2)
    catch_up(seconds=30)
    days = {"from": "2026-03-09", "to": "2026-03-09"}
    answer = reader.get(PAGE, days)
    assert figures(answer)["Sign-ins"][0] == "2"
    chart = answer.context["board"].charts[0]
    assert (len(chart.marks), chart.lines[0].label) == (3, "9 Mar 00:00")


@pytest.mark.requirement("L05")
def test_without_the_permission_there_is_neither_page_nor_link(clock: time_machine.Traveller) -> None:
    staff = User.objects.create(phone="+97688112255", is_staff=True)
    browser = Client()
    sign_in_as(browser, staff)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(COUNT).status_code == 403
    assert "dashboard/" not in words(browser.get(INDEX)).replace("admin/css/dashboard", "")
    staff.user_permissions.add(Permission.objects.get(codename="view_dashboard"))
    assert browser.get(PAGE).status_code == 200
    html = words(browser.get(INDEX))
    assert PAGE in html
    assert "The last 24 hours" in html
    assert not RollupState.objects.filter(holder__gt="").exists()


@pytest.mark.requirement("L05")
def test_strangers_are_sent_to_sign_in(db: None, client: Client) -> None:
    for answer in (client.get(PAGE), client.post(COUNT)):
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_figures_that_nobody_counts_any_more_say_so_and_can_be_counted(
    reader: Client, clock: time_machine.Traveller
) -> None:
    catch_up(seconds=30)
    clock.shift(50 * MINUTE)
    happen("session.started", NOW + 30 * MINUTE, 2)
    answer = reader.get(PAGE)
    assert "These figures end at" in words(answer)
    assert figures(answer)["Sign-ins"][0] == "0"
    answer = reader.post(COUNT, follow=True)
    assert "The figures are up to date." in words(answer)
    assert figures(answer)["Sign-ins"][0] == "2"
    assert reader.get(COUNT).status_code == 405


def test_without_a_worker_the_page_counts_by_itself(reader: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = ""
    happen("session.started", NOW - HOUR, 2)
    assert figures(reader.get(PAGE))["Sign-ins"][0] == "2"
    assert EventCount.objects.get().count == 2


@pytest.mark.usefixtures("standing_still")
def test_it_is_painted_from_few_statements_and_never_reads_the_whole_log(
    reader: Client, shop: Application, clock: time_machine.Traveller
) -> None:
    happen("token.issued", NOW - HOUR, 5, client_id="shop-1", grant_type="authorization_code")
    message()
    catch_up(seconds=30)
    clock.shift(MINUTE)
    for page in (PAGE, INDEX):
        with CaptureQueriesContext(connection) as caught:
            assert reader.get(page).status_code == 200
        statements = [query["sql"] for query in caught.captured_queries]
        assert len(statements) <= MOST_STATEMENTS, statements
        log = [
            sql
            for sql in statements
            if f"FROM {connection.ops.quote_name('obligations_app_oauthtokenlog')}" in sql
        ]
        assert len(log) == 1
        assert "2026-03-10 12:20:00" in log[0]


def test_the_page_needs_no_inline_style_or_script(reader: Client) -> None:
    happen("session.started", NOW - HOUR, 2)
    catch_up(seconds=30)
    html = reader.get(PAGE).content.decode()
    assert 'role="group"' in html
    assert " style=" not in html
    assert "<style" not in html
    board = html[html.index("board-range") :]
    assert "<script>" not in board
