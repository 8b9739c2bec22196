"""What operators see of the messages to a person: kind and fate, never what was said or to whom in full.

Codes are not among them: they are written before it is known, or shown, whose address it is.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core_app.panels import Panel, PanelRow
from messaging_app.models import OutboundMessage

MOST_ROWS = 10


def panels(person: Any, operator: Any) -> list[Panel]:
    """One statement, from the index."""
    newest = OutboundMessage.objects.filter(user_id=person.pk).order_by("-created_at")[:MOST_ROWS]
    can_look = operator.has_perm("messaging_app.view_outboundmessage")
    return [
        Panel(
            title=_("Messages"),
            headings=[
                _("Written"),
                _("Kind"),
                _("Channel"),
                pgettext("whom a message is for", "To"),
                _("Status"),
            ],
            rows=[_row(message) for message in newest],
            empty=_("Nothing was written to this person. Codes are not listed here."),
            note=_("The newest ten, without codes."),
            link_url=reverse("admin:messaging_app_outboundmessage_changelist") if can_look else "",
            link_label=_("All messages"),
            position=60,
        )
    ]


def _row(message: OutboundMessage) -> PanelRow:
    return PanelRow(
        cells=[
            message.created_at,
            message.template,
            message.get_channel_display(),
            message.recipient_masked,
            message.get_status_display(),
        ]
    )
