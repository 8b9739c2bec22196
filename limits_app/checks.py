"""Limits that would lock everybody out, or nobody, stop the start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from limits_app.conf import conf

BAD_LIMIT = "limits_app.E001"
BAD_LOCK = "limits_app.E002"
BAD_ROW = "limits_app.E003"
WRONG_HANDLER = "limits_app.E004"
# NIST SP 800-63B-4 §3.2.2: no more than 100 consecutive failures per account.
MOST_FAILURES = 100
# A thread of the server waits.
LONGEST_WAIT = 10
HANDLER = "limits_app.handlers.LockHandler"


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for a failure limit or a lock that does not limit or does not end."""
    return [*_limits(), *_locks(), *_handler()]


def _limits() -> Iterator[CheckMessage]:
    if not 1 <= conf.FAILURE_LIMIT <= MOST_FAILURES:
        yield Error(f"FAILURE_LIMIT must be 1 to {MOST_FAILURES}.", id=BAD_LIMIT)
    if not 0 <= conf.DEVICE_FAILURE_LIMIT <= MOST_FAILURES:
        yield Error(f"DEVICE_FAILURE_LIMIT must be 0 to {MOST_FAILURES}.", id=BAD_LIMIT)
    if not 0 <= conf.IP_WAIT_SECONDS <= LONGEST_WAIT:
        yield Error(f"IP_WAIT_SECONDS must be 0 to {LONGEST_WAIT}.", id=BAD_LIMIT)
    if conf.IP_FAILURE_LIMIT < 0:
        yield Error("IP_FAILURE_LIMIT must not be below zero.", id=BAD_LIMIT)


def _locks() -> Iterator[CheckMessage]:
    if conf.LOCK_SECONDS < 1:
        yield Error("LOCK_SECONDS must be above zero.", id=BAD_LOCK)
    if conf.IP_LOCK_SECONDS < 0:
        yield Error("IP_LOCK_SECONDS must not be below zero.", id=BAD_LOCK)
    if conf.FAILURE_MEMORY_SECONDS < 0:
        yield Error("FAILURE_MEMORY_SECONDS must not be below zero.", id=BAD_LOCK)
    if not conf.FAILURE_LIMIT <= conf.MANY_FAILURES <= MOST_FAILURES:
        yield Error(f"MANY_FAILURES must be FAILURE_LIMIT to {MOST_FAILURES}.", id=BAD_ROW)
    if conf.LONG_LOCK_SECONDS < conf.LOCK_SECONDS:
        yield Error("LONG_LOCK_SECONDS must not be below LOCK_SECONDS.", id=BAD_ROW)


def _handler() -> Iterator[CheckMessage]:
    """axes' own handlers count after the check: attempts at the same moment all pass them."""
    if settings.AXES_HANDLER != HANDLER:
        yield Error(f"AXES_HANDLER must be {HANDLER}.", id=WRONG_HANDLER)
