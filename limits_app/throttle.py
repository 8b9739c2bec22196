"""Page throttles: a ceiling on how often something may be asked; `limits_app.rates` counts.

For comfort and cost, not for security: counters that guard secrets live in the database.
"""

from django.utils.translation import gettext as _

from core_app.errors import TooManyAttempts
from limits_app import rates


def hit(*, scope: str, key: str, limit: int, per_seconds: int) -> None:
    """Count one use of `scope` by `key`.

    Raises TooManyAttempts beyond `limit` uses in a window of `per_seconds`.
    """
    rate = rates.count(name=scope, key=key, limit=limit, per_seconds=per_seconds)
    if rate.is_over:
        raise TooManyAttempts(
            _("That was too often. Wait a little, then try again."),
            retry_after=rate.resets_in,
            detail=f"throttle {scope}",
        )
