"""Work that one process at a time does for all of them, decided by the row count of one conditional UPDATE."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from limits_app.models import Lease


@contextmanager
def lease(name: str, *, seconds: float) -> Iterator[bool]:
    """Whether this process has the work of that name to itself: True for one at a time, until it is done.

    `seconds`: a holder that died without a word is waited for so long. Work that takes longer may meet another's.
    """
    holder = secrets.token_hex(16)
    has_it = _take(name, holder, seconds)
    try:
        yield has_it
    finally:
        if has_it:
            Lease.objects.filter(name=name, holder=holder).update(until=timezone.now())


def _take(name: str, holder: str, seconds: float) -> bool:
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    if Lease.objects.filter(name=name, until__lte=now).update(holder=holder, until=until):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        return False
    return True
