"""What gateways tell later about a message. It changes the receipt of that message and nothing else."""

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext as _

from core_app.errors import NotFound
from messaging_app.conf import conf
from messaging_app.gateways import gateway
from messaging_app.gateways.base import (
    DELIVERED,
    FAILED,
    SENT,
    GivesReceipts,
    Receipt,
    ReceiptCall,
    ReceiptRefused,
)
from messaging_app.models import OutboundMessage
from messaging_app.routes import BadRoutes, parse_routes

# What may be replaced by what: a receipt that comes late, or again, never takes anything back.
REPLACES = {SENT: ("",), DELIVERED: ("", SENT), FAILED: ("", SENT)}
# Networks give up within 72 hours. Later, a vendor may count its ids from the beginning again.
TAKEN_FOR = timedelta(days=7)


def take_receipt(*, route: str, call: ReceiptCall) -> bool:
    """Note what a gateway tells. True when it said something new.

    Raises NotFound for a route that gives no receipts, ReceiptRefused for a call that is not the gateway's.
    """
    if route not in _routes_in_use():
        raise NotFound(_("There is no such route."))
    try:
        way = gateway(route)
    except ImproperlyConfigured as error:
        raise NotFound(_("There is no such route.")) from error
    if not isinstance(way, GivesReceipts):
        raise NotFound(_("There is no such route."))
    return _note(route, way.read_receipt(call))


def _note(route: str, receipt: Receipt) -> bool:
    if not receipt.provider_id:
        raise ReceiptRefused("no message is named")
    if receipt.status not in REPLACES:
        return False
    now = timezone.now()
    changed = OutboundMessage.objects.filter(
        route=route,
        provider_id=receipt.provider_id[:100],
        channel=OutboundMessage.Channel.SMS,
        created_at__gte=now - TAKEN_FOR,
        receipt_status__in=REPLACES[receipt.status],
    ).update(receipt_status=receipt.status, receipt_at=now)
    return changed > 0


def _routes_in_use() -> frozenset[str]:
    try:
        return frozenset(name for names in parse_routes(conf.SMS_ROUTES).values() for name in names)
    except BadRoutes:
        return frozenset()
