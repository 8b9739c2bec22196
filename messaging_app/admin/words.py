"""A message's state and its way so far, in words."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from messaging_app.models import OutboundMessage

Status = OutboundMessage.Status
MEANINGS: Mapping[str, str | Promise] = {
    Status.QUEUED: _("It waits for its next attempt; nothing has to be done."),
    Status.SENDING: _("A worker has it. If that one dies, another takes over."),
    Status.SENT: _("The gateway or mail server took it. Its words are deleted."),
    Status.FAILED: _("It was refused for good. Send it again when the cause is gone."),
    Status.DEAD: _("Every attempt failed, and it was given up. Send it again when the cause is gone."),
    Status.EXPIRED: _("It was too late to be of use, so it was never sent. Its words are deleted."),
    Status.UNKNOWN: _("The gateway got it and did not answer. It is never sent again: it may have arrived."),
    Status.REFUSED: _("A limit or budget stopped it before it was sent."),
}


def meaning(message: OutboundMessage) -> str:
    """What the status means and what an operator can do."""
    return str(MEANINGS[message.status])


def timeline(message: OutboundMessage) -> list[str]:
    """What happened and what will, oldest first, one line each."""
    known = [(at, words) for at, words in _moments(message) if at is not None]
    return [f"{_moment(at)}: {words}" for at, words in sorted(known, key=_at)]


def _moments(message: OutboundMessage) -> Iterator[tuple[datetime | None, str]]:
    yield message.created_at, _now("written into the outbox")
    if message.attempts:
        taken = _now("taken by a worker, attempt %(number)d") % {"number": message.attempts}
        to = _now(", handed to %(route)s") % {"route": message.handed_to} if message.handed_to else ""
        yield message.claimed_at, taken + to
    if message.status == Status.QUEUED:
        yield message.next_attempt_at, _now("next attempt")
    if message.status not in {Status.SENT, Status.REFUSED}:
        yield message.expires_at, _now("too late from here on")
    yield message.sent_at, _now("taken by %(route)s") % {"route": message.route}
    yield message.receipt_at, _now("receipt: %(status)s") % {"status": message.receipt_status}


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def _at(entry: tuple[datetime, str]) -> datetime:
    return entry[0]
