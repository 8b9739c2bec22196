"""Limits that would lock everybody out, or nobody, stop the start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from limits_app.conf import conf

BAD_LIMIT = "limits_app.E001"
BAD_LOCK = "limits_app.E002"
# NIST SP 800-63B-4 §3.2.2: no more than 100 consecutive failures per account.
MOST_FAILURES = 100


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for a failure limit or a lock that does not limit or does not end."""
    errors: list[CheckMessage] = []
    if not 1 <= conf.FAILURE_LIMIT <= MOST_FAILURES:
        errors.append(Error(f"FAILURE_LIMIT must be 1 to {MOST_FAILURES}.", id=BAD_LIMIT))
    if conf.LOCK_SECONDS < 1:
        errors.append(Error("LOCK_SECONDS must be above zero.", id=BAD_LOCK))
    return errors
