"""The person's entries of the record, every one of them, in words where there are some."""

from collections.abc import Iterator, Mapping

from accounts_app.models import User
from obligations_app.activity import READ_FOR_IT, told
from obligations_app.models import OAuthTokenLog
from obligations_app.sentences import sentence_for

TOGETHER = 500


def exported(person: User) -> Mapping[str, object]:
    """Where an operator acted, their address and device are not the person's to have."""
    return {"activity": _entries(person)}


def _entries(person: User) -> Iterator[dict[str, object]]:
    rows = OAuthTokenLog.objects.filter(user_id=person.pk).order_by("at", "id").only(*READ_FOR_IT)
    batch: list[OAuthTokenLog] = []
    for row in rows.iterator(chunk_size=TOGETHER):
        batch.append(row)
        if len(batch) == TOGETHER:
            yield from _told(batch)
            batch = []
    yield from _told(batch)


def _told(rows: list[OAuthTokenLog]) -> Iterator[dict[str, object]]:
    in_words = iter(told(rows))
    for row in rows:
        words = next(in_words) if sentence_for(row) else None
        yield {
            "at": row.at,
            "event": row.event,
            "outcome": row.outcome,
            "what": str(words.words) if words else "",
            "app": words.app if words else row.client_id,
            "device": words.device if words else "",
            "ip": words.ip if words else "",
        }
