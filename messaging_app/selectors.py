"""Reading the outbox back, for the development inbox."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core_app.errors import NotFound
from core_app.keyring import SealBroken
from messaging_app.conf import conf
from messaging_app.envelope import open_payload, open_recipient
from messaging_app.models import OutboundMessage
from messaging_app.rendering import Rendered, render_email, render_sms


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in clear. `subject` and `html` are "" for SMS."""

    channel: str
    to: str
    recipient_masked: str
    purpose: str
    subject: str
    text: str
    html: str
    created_at: datetime
    status: str


def recent_messages(limit: int = 50) -> list[Letter]:
    """The newest messages with their words, newest first.

    Raises NotFound unless DEBUG and MESSAGING_KEEP_BODIES are both on. Messages whose content is gone are
    left out.
    """
    if not (settings.DEBUG and conf.MESSAGING_KEEP_BODIES):
        raise NotFound(_("There is no inbox here."), hint="Needs DEBUG and MESSAGING_KEEP_BODIES.")
    newest = OutboundMessage.objects.exclude(payload_sealed="").order_by("-created_at", "-id")[:limit]
    return [letter for message in newest if (letter := _open(message))]


def _open(message: OutboundMessage) -> Letter | None:
    try:
        to = open_recipient(message.id, message.recipient_sealed)
        context = open_payload(message.id, message.payload_sealed)
    except SealBroken:  # made under a key that this checkout no longer has
        return None
    words = _render(message, context)
    return Letter(
        channel=message.channel,
        to=to,
        recipient_masked=message.recipient_masked,
        purpose=message.purpose,
        subject=words.subject,
        text=words.text,
        html=words.html,
        created_at=message.created_at,
        status=message.status,
    )


def _render(message: OutboundMessage, context: dict[str, object]) -> Rendered:
    render = render_email if message.channel == OutboundMessage.Channel.EMAIL else render_sms
    return render(message.template, context, message.language)
