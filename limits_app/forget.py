"""The log of sign-ins of a person who leaves. Counters name nobody and go when they are over."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from core_app.forgetting import Leaving
from limits_app.identity import logged_name


def forget(leaving: Leaving) -> None:
    """Its rows have the person's addresses masked, and where they signed in from."""
    names = [logged_name(address) for address in leaving.addresses]
    for log in (AccessLog, AccessFailureLog, AccessAttempt):
        log.objects.filter(username__in=names).delete()
