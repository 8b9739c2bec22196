"""`manage.py event_catalogue`: writes docs/events.md from the events that the rooms declare."""

from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core_app.events import CATALOGUE
from obligations_app.catalogue import fields_of_events, rooms_of_events
from obligations_app.duties.duty import Duty
from obligations_app.duties.table import TABLE as DUTIES

HEAD = """\
# Events

Every event below becomes one row of the token log (`OAuthTokenLog`, [how it is kept](token-log.md)), written in the
transaction of what happened. Every row has a time and an outcome; the last column says what else it can have: who it is
about (person), on whose behalf (app), ids (session, token family, token), and "from where": address, device and
request id. "Told" says who is told as it is without changes ([notices.md](notices.md)). Where it says "counted", many
alike within a minute are one row with a count. Made by `manage.py event_catalogue`.
"""
TABLE = """
## {room}
{owns}

| Event | Meaning | Told | Fields |
|---|---|---|---|
"""


DUTIES_HEAD = """
## Who is told

As it is without changes. Each row can be changed by the setting `DUTIES` or in the admin, except those that a room
tells itself because the letter needs what an event must not carry. `—` in the last column: off.

| Event | Who | How | Words (`templates/messages/`) | One is enough for | At most, each | Told by |
|---|---|---|---|---|---|---|
"""
# What `once_per` says, for readers.
ENOUGH_FOR = {
    "pk": "–",  # noqa: RUF001  an en dash is meant
    "subject": "one device",
    "family": "one sign-in",
    "use": "person, app and device",
}


class Command(BaseCommand):
    help = "Write docs/events.md from the declared events; with --check, only tell whether it is up to date."
    # It documents the code and needs no database, keys or other settings to be right.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail when it is out of date."
        )
        parser.add_argument("--output", type=Path, default=Path(settings.BASE_DIR) / "docs" / "events.md")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["output"]
        page = catalogue_page()
        if options["check"]:
            if not path.is_file() or path.read_text(encoding="utf-8") != page:
                raise CommandError(f"{path} is out of date. Run `python manage.py event_catalogue`.")
            return
        path.write_text(page, encoding="utf-8")
        self.stdout.write(f"wrote {path}")


def catalogue_page() -> str:
    """The page's whole text: a table for each room, its events in alphabetical order."""
    rooms, fields = rooms_of_events(), fields_of_events()
    page = HEAD
    for room in sorted(set(rooms.values())):
        page += TABLE.format(room=room, owns=(import_module(room).__doc__ or "").partition("\n")[0])
        events = sorted(name for name in CATALOGUE if rooms[name] == room)
        page += "".join(_line(name, fields.get(name, [])) for name in events)
    return page + DUTIES_HEAD + "".join(_duty_line(duty) for duty in DUTIES)


def _line(name: str, fields: list[str]) -> str:
    signal = CATALOGUE[name]
    counted = " Counted." if signal.folds else ""
    told = ", ".join(duty.audience.value for duty in DUTIES if duty.event == name and duty.is_on)
    return f"| `{name}` | {signal.meaning}{counted} | {told} | {', '.join(fields)} |\n"


def _duty_line(duty: Duty) -> str:
    told_by = f"`{duty.told_by or 'obligations_app'}`" if duty.is_on else "—"
    cells = (
        f"`{duty.event}`",
        duty.audience.value,
        f"`{duty.channels.value}`",
        f"`{duty.template}`",
        ENOUGH_FOR[duty.once_per],
        str(duty.throttle),
        told_by,
    )
    return f"| {' | '.join(cells)} |\n"
