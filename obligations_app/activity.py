"""A person's own view of the record: newest first, in plain sentences, nothing of others and nothing internal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core_app.errors import AppError
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from obligations_app.sentences import SENTENCES, sentence_for
from sessions_app.devices import device_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PAGE = 20
SALT = "obligations_app.activity"
READ_FOR_IT = ("id", "at", "event", "outcome", "reason", "subject", "client_id", "ip", "user_agent")


class BadCursor(AppError):
    """`before` was not made by this server for this person."""

    code = "bad_cursor"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("Start again from the newest entry: this place in the list is not known."), field="before"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing that happened to an account. `device`, `ip` and `app` are "" where there is nothing to tell."""

    at: datetime
    event: str
    words: "str | _StrPromise"
    is_refused: bool
    app: str
    device: str
    ip: str


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some of it; `older` is the cursor of what comes next, "" at the end."""

    entries: list[Activity]
    older: str


def activity_of(user_id: int, *, before: str = "", limit: int = PAGE) -> ActivityPage:
    """What happened before the place that the cursor names, or the newest. Raises BadCursor."""
    rows = list(shown_entries(user_id, before=before)[: limit + 1])
    shown = rows[:limit]
    older = _cursor(user_id, shown[-1]) if len(rows) > limit else ""
    return ActivityPage(told(shown), older)


def shown_entries(user_id: int, *, before: str = "") -> QuerySet[OAuthTokenLog]:
    """The person's entries that there is a sentence for, the newest first. Raises BadCursor."""
    entries = OAuthTokenLog.objects.filter(user_id=user_id, event__in=list(SENTENCES))
    if before:
        at, key = _place(user_id, before)
        entries = entries.filter(Q(at__lt=at) | Q(at=at, id__lt=key))
    return entries.order_by("-at", "-id").only(*READ_FOR_IT)


def told(rows: Sequence[OAuthTokenLog]) -> list[Activity]:
    """Entries in words; the names of all their apps are asked for at once."""
    ids = {row.client_id for row in rows if row.client_id}
    names = (
        dict(Application.objects.filter(client_id__in=ids).values_list("client_id", "name")) if ids else {}
    )
    return [activity for row in rows if (activity := _told(row, names)) is not None]


def _told(row: OAuthTokenLog, names: Mapping[str, str]) -> Activity | None:
    said = sentence_for(row)
    if said is None:
        return None
    return Activity(
        at=row.at,
        event=row.event,
        words=said.words,
        is_refused=row.outcome == OAuthTokenLog.Outcome.REFUSED,
        app=names.get(row.client_id) or row.client_id,
        device=device_name(row.user_agent) if said.is_own and row.user_agent else "",
        ip=(row.ip or "") if said.is_own else "",
    )


def _cursor(user_id: int, row: OAuthTokenLog) -> str:
    """Signed, so that it tells no number of the record and nobody makes up places."""
    return signing.dumps([user_id, row.at.isoformat(), row.pk], salt=SALT, compress=False)


def _place(user_id: int, cursor: str) -> tuple[datetime, int]:
    try:
        owner, at, key = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise BadCursor from error
    moment = parse_datetime(at)
    if owner != user_id or moment is None:
        raise BadCursor
    return moment, int(key)
