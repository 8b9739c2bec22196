"""Lifting locks before their time: what operators do, in the admin or with `manage.py axes_reset…`."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core_app.caller import Caller
from limits_app.failures import lock_end
from limits_app.identity import key_hashes, plain_identity
from limits_app.lock_store import say_unlocked, tally_of
from limits_app.models import FailureCount
from limits_app.network import ip_bucket

Kind = FailureCount.Kind


def failures_of(*, account: str | None = None, ip: str | None = None) -> QuerySet[FailureCount]:
    """What is counted of an account with its devices, or of an address; of everybody when neither is named."""
    if not account and not ip:
        return FailureCount.objects.all()
    wanted = Q(pk__in=[])
    if account:
        owners = key_hashes(Kind.ACCOUNT, plain_identity(account))
        wanted |= Q(kind=Kind.ACCOUNT, key_hash__in=owners) | Q(owner_hash__in=owners)
    if ip and (address := ip_bucket(ip)):
        wanted |= Q(kind=Kind.IP, key_hash__in=key_hashes(Kind.IP, address))
    return FailureCount.objects.filter(wanted)


def lift(rows: QuerySet[FailureCount], *, caller: Caller | None = None) -> int:
    """Forget these failures and the locks they made; how many of them still counted for something."""
    return sum(_lift_one(row, caller) for row in rows.iterator())


def _lift_one(row: FailureCount, caller: Caller | None) -> bool:
    """The row goes in a transaction of its own, so that rows are never held in an order others do not keep."""
    with transaction.atomic():
        removed, _by_model = FailureCount.objects.filter(pk=row.pk).delete()
        if removed and lock_end(tally_of(row), timezone.now()):
            say_unlocked(row.kind, row.label, reason="operator", caller=caller)
    return removed > 0 and row.failures > 0
