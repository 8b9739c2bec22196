"""What was sent to the person: what kind, when and to where, masked; never the text, which is not kept."""

from collections.abc import Iterator, Mapping

from messaging_app.models import OutboundMessage
from messaging_app.notices import Recipient

SHOWN = ("channel", "purpose", "template", "language", "recipient_masked", "status", "created_at", "sent_at")


def exported(person: Recipient) -> Mapping[str, object]:
    """Messages that are still kept (`MESSAGING_KEEP_DAYS`)."""
    return {"messages": _messages(person)}


def _messages(person: Recipient) -> Iterator[dict[str, object]]:
    rows = OutboundMessage.objects.filter(user_id=person.pk).order_by("created_at")
    for row in rows.values(*SHOWN).iterator():
        yield {**row}
