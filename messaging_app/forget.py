"""Messages to a person who leaves: that one was sent, when and what it cost stays; to whom and what it said goes."""

from django.db.models import Q
from django.utils import timezone

from core_app.forgetting import Leaving
from core_app.keyring import SealBroken
from messaging_app.envelope import open_recipient
from messaging_app.models import OutboundMessage
from messaging_app.recipients import DOT, mask_address

Status = OutboundMessage.Status
WAITING = (Status.QUEUED, Status.SENDING)
NOBODY = DOT * 3


def forget(leaving: Leaving) -> None:
    """Messages of the person, and those to their addresses from before the account was there.

    What still waits is not sent any more.
    """
    masked = [mask_address(address) for address in leaving.addresses]
    of_nobody = OutboundMessage.objects.filter(user_id__isnull=True, recipient_masked__in=masked)
    theirs = [message.pk for message in of_nobody.iterator() if _recipient_of(message) in leaving.addresses]
    found = OutboundMessage.objects.filter(Q(user_id=leaving.user_id) | Q(pk__in=theirs))
    found.filter(status__in=WAITING).update(status=Status.EXPIRED)
    # Too late from now on: an operator who tries again what was given up finds nothing to send.
    found.update(
        recipient_sealed="",
        recipient_masked=NOBODY,
        payload_sealed="",
        user_id=None,
        expires_at=timezone.now(),
    )


def _recipient_of(message: OutboundMessage) -> str:
    """Whom it went to; "" when its key is gone, and nobody can tell any more."""
    try:
        return open_recipient(message.pk, message.recipient_sealed)
    except SealBroken:
        return ""
