"""Who is kept out until a time, or until an operator takes the block away."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core_app.caller import Caller
from core_app.events import REFUSED
from limits_app.identity import key_hash, key_hashes, label_of, plain_identity
from limits_app.models import Block
from limits_app.network import ip_bucket
from limits_app.signals import key_blocked, key_unblocked


def is_blocked(kind: str, key: str) -> bool:
    """Whether this number, address, block of numbers or country is blocked now."""
    holding = Q(until__isnull=True) | Q(until__gt=timezone.now())
    return Block.objects.filter(
        holding, kind=kind, key_hash__in=key_hashes(kind, normal_key(kind, key))
    ).exists()


def block(
    *, kind: str, key: str, reason: str = "", until: datetime | None = None, label: str = "",
    caller: Caller | None = None,
) -> Block:  # fmt: skip
    """Block it until a time (None: until it is taken away). One that is blocked already gets the new time."""
    normal = normal_key(kind, key)
    if not normal:
        raise ValueError(f"this is no key of a {kind}")
    with transaction.atomic():
        row, _is_new = Block.objects.update_or_create(
            kind=kind,
            key_hash=key_hash(kind, normal),
            defaults={"label": label or label_of(normal), "until": until, "reason": reason[:200]},
        )
        key_blocked.emit(subject=row.label, outcome=REFUSED, reason=f"{kind} {reason}".strip(), caller=caller)
    return row


def unblock(*, kind: str, key: str, caller: Caller | None = None) -> bool:
    """Take the block away; whether there was one."""
    rows = Block.objects.filter(kind=kind, key_hash__in=key_hashes(kind, normal_key(kind, key)))
    return sum(remove(row, caller=caller) for row in rows) > 0


def remove(row: Block, *, caller: Caller | None = None) -> bool:
    """Take this block away; False when somebody else has just done so."""
    with transaction.atomic():
        removed, _by_model = Block.objects.filter(pk=row.pk).delete()
        if removed:
            key_unblocked.emit(subject=row.label, reason=row.kind, caller=caller)
    return removed > 0


def normal_key(kind: str, key: str) -> str:
    """The one spelling of a key under which it is blocked and asked for."""
    if kind == Block.Kind.IP:
        return ip_bucket(key)
    if kind == Block.Kind.COUNTRY:
        return key.strip().upper()
    return plain_identity(key)
