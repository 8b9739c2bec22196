"""The record as a file: what the filters say, whole, harmless in a spreadsheet, for those who may, and on record."""

import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from core_app.events import CATALOGUE, REFUSED
from custom_scopes_and_policies_app.models import Application
from obligations_app import log_export as export
from obligations_app.models import OAuthTokenLog
from tests.obligations.conftest import CALLER, FAMILY, PHONE, SID
from tests.operators import sign_in_as

EXPORT = "admin:obligations_app_oauthtokenlog_export"
LIST = "admin:obligations_app_oauthtokenlog_changelist"
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F61", "L05")]
MOMENT = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
RANGE = {"since": "2026-11-21 00:00", "until": "2026-11-22 00:00"}


@pytest.fixture
def entries(person: User, shop: Application) -> None:
    with time_machine.travel(MOMENT, tick=False):
        CATALOGUE["token.issued"].emit(
            user_id=person.pk,
            client_id="shop-1",
            sid=SID,
            family=FAMILY,
            jti="=cmd|' /C calc'!A0",
            scopes=["openid", "profile"],
            policies={"profile": "name-only"},
            caller=CALLER,
        )
        CATALOGUE["token.refused"].emit(client_id="shop-1", outcome=REFUSED, reason='@SUM(A1) "and", more')
        CATALOGUE["session.ended"].emit(user_id=person.pk, sid=SID, reason="logout")


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    assert "no-store" in answer["Cache-Control"]
    return b"".join(answer.streaming_content).decode()


def asked_for(operator: Client, kind: str, query: str = "", **changes: str) -> Any:
    return operator.post(f"{reverse(EXPORT)}{query}", {**RANGE, "kind": kind, **changes})


@pytest.mark.requirement("L03")
def test_a_table_that_no_spreadsheet_takes_for_formulas(entries: None, operator: Client) -> None:
    answer = asked_for(operator, "csv", "?client=shop-1")
    assert answer["Content-Disposition"] == 'attachment; filename="token-log-20261121-20261122.csv"'
    text = text_of(answer)
    issued, refused = csv.DictReader(io.StringIO(text))
    assert (issued["at"], issued["event"]) == ("2026-11-21T10:30:00+00:00", "token.issued")
    assert issued["jti"] == "'=cmd|' /C calc'!A0"
    assert json.loads(issued["policies"]) == {"profile": "name-only"}
    assert refused["reason"] == '\'@SUM(A1) "and", more'
    assert (refused["sid"], refused["user_id"], refused["count"]) == ("", "", "1")
    assert PHONE not in text


def test_lines_of_json_for_programs(entries: None, operator: Client) -> None:
    text = text_of(asked_for(operator, "ndjson", f"?q={SID}&o=-1&p=7"))
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["event"] for row in rows] == ["token.issued", "session.ended"]
    assert rows[0]["policies"] == {"profile": "name-only"}
    assert rows[0]["family"] == str(FAMILY)
    assert tuple(rows[0]) == export.COLUMNS


def test_the_export_is_on_record_before_its_first_line(entries: None, operator: Client, person: User) -> None:
    answer = asked_for(operator, "csv", f"?event=token.issued&q={PHONE.replace('+', '%2B')}")
    assert answer.status_code == 200
    entry = OAuthTokenLog.objects.get(event="log.exported")
    assert entry.user_id == User.objects.get(is_superuser=True).pk
    assert entry.subject.startswith("21 Nov 2026 00:00 to 22 Nov 2026 00:00 event=token.issued q=")
    assert PHONE not in entry.subject
    assert entry.reason == "csv, 1,000,000 rows at most"
    assert entry.ip == "127.0.0.1"


def test_nothing_is_lost_or_doubled_between_chunks(
    entries: None, operator: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(export, "CHUNK", 4)
    same = [OAuthTokenLog(at=MOMENT, event="x", outcome="success") for _ in range(9)]
    later = [
        OAuthTokenLog(at=MOMENT + timedelta(seconds=number // 3), event="x", outcome="success")
        for number in range(9)
    ]
    OAuthTokenLog.objects.bulk_create([*same, *later])
    rows = [json.loads(line) for line in text_of(asked_for(operator, "ndjson", "?event=x")).splitlines()]
    wanted = OAuthTokenLog.objects.filter(event="x").order_by("at", "id").values_list("id", flat=True)
    assert [row["id"] for row in rows] == list(wanted)
    settings.LOG_EXPORT_ROWS = 6
    assert len(text_of(asked_for(operator, "ndjson")).splitlines()) == 6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"since": ""}, "This field is required"),
        ({"since": "yesterday"}, "Enter a valid date/time"),
        ({"until": "2026-11-20 00:00"}, "covers 92 days at most"),
        ({"since": "2025-11-21 00:00"}, "covers 92 days at most"),
        ({"kind": "xlsx"}, "xlsx is not one of the available choices"),
    ],
)
def test_a_range_that_is_missing_or_too_long_is_refused_in_words(
    entries: None, operator: Client, changes: dict[str, str], words: str
) -> None:
    answer = asked_for(operator, **{"kind": "csv", **changes})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not OAuthTokenLog.objects.filter(event="log.exported").exists()


def test_the_page_says_what_will_be_in_the_file(entries: None, operator: Client) -> None:
    with time_machine.travel(MOMENT, tick=False):
        page = operator.get(reverse(EXPORT), {"event": "token.issued", "period": "7d"}).content.decode()
    assert "event: token.issued" in page
    assert 'value="2026-11-14 10:30:00"' in page
    assert 'value="2026-11-21 10:30:00"' in page
    listed = operator.get(reverse(LIST), {"event": "token.issued"}).content.decode()
    assert f'href="{reverse(EXPORT)}?event=token.issued"' in listed
    assert not OAuthTokenLog.objects.filter(event="log.exported").exists()


def test_reading_the_record_is_not_carrying_it_away(entries: None, client: Client) -> None:
    reader = User.objects.create(phone="+97699110001", is_staff=True)
    answers = [client.get(reverse(EXPORT)), asked_for(client, "csv")]
    assert {answer.status_code for answer in answers} == {302}
    sign_in_as(client, reader)
    for codename in ("view_oauthtokenlog", "export_oauthtokenlog"):
        assert client.get(reverse(EXPORT)).status_code == 403
        assert asked_for(client, "csv").status_code == 403
        assert b"/export/" not in client.get(reverse(LIST)).content
        reader.user_permissions.add(Permission.objects.get(codename=codename))
    assert b"/export/" in client.get(reverse(LIST)).content
    assert client.get(reverse(EXPORT)).status_code == 200
    assert not OAuthTokenLog.objects.filter(event="log.exported").exists()


def run(path: Path | str, **changes: str) -> None:
    options = {"since": "2026-11-21", "until": "2026-11-22", "format": "csv", **changes}
    arguments = [f"--from={options['since']}", f"--to={options['until']}", f"--format={options['format']}"]
    call_command("log_export", *arguments, f"--output={path}", "--event=token.issued")


def test_the_command_makes_the_same_file(
    entries: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    run(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (row,) = csv.DictReader(path.open(newline=""))
    assert (row["event"], row["client_id"]) == ("token.issued", "shop-1")
    entry = OAuthTokenLog.objects.get(event="log.exported")
    assert entry.user_id is None
    assert entry.subject.endswith(" manage.py event=token.issued")
    capsys.readouterr()
    run("-", format="ndjson")
    assert json.loads(capsys.readouterr().out)["event"] == "token.issued"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"since": "soon"}, "is no time"), ({"until": "2026-11-20"}, "92 days at most")],
)
def test_the_command_refuses_in_words(changes: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=words):
        run(tmp_path / "log.csv", **changes)
    (tmp_path / "there").write_text("mine")
    with pytest.raises(CommandError, match="File exists"):
        run(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"
