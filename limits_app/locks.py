"""Asking whether somebody is locked out. Every way of proving an identity asks here first (G16)."""

from datetime import datetime, timedelta

from axes.attempts import get_cool_off_threshold
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import (
    get_client_ip_address,
    get_client_username,
    get_cool_off,
    get_credentials,
    get_failure_limit,
)
from axes.models import AccessAttempt
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this account, or the address the request comes from, has failed too often lately.

    `username` is the account's normal form (a phone in E.164).
    """
    return not AxesProxyHandler.is_allowed(request, get_credentials(username=username))


def seconds_left(request: HttpRequest, username: str) -> int:
    """Seconds until the lock of this account or address ends; 0 when there is none."""
    credentials = get_credentials(username=username)
    AxesProxyHandler.update_request(request)
    name = get_client_username(request, credentials)
    limit: int = get_failure_limit(request, credentials)
    recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
    ends = [
        _lock_end(recent.filter(username=name), limit, get_cool_off(request)) if name else None,
        _lock_end(recent.filter(ip_address=get_client_ip_address(request)), limit, get_cool_off(request)),
    ]
    left = [(end - timezone.now()).total_seconds() for end in ends if end]
    return max(0, round(max(left, default=0)))


def _lock_end(attempts: QuerySet[AccessAttempt], limit: int, cool_off: timedelta) -> datetime | None:
    """When enough failures have left the window: the one which, counted back, fills the limit."""
    counted = 0
    newest_first = attempts.order_by("-attempt_time").values_list("attempt_time", "failures_since_start")
    for happened_at, failures in newest_first[:limit]:
        counted += failures
        if counted >= limit:
            end: datetime = happened_at + cool_off
            return end
    return None
