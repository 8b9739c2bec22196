"""The `AXES_HANDLER`: axes' own tables, admin and `axes_reset` commands, with less kept in them."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt

from limits_app.identity import plain_identity


class LockHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes carries no types
    """Counts failures per account and address in the database: losing the cache reopens nothing."""

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """Lift locks, for every spelling of the account that an operator may type (`manage.py
        axes_reset_username`).
        """
        count: int = super().reset_attempts(
            ip_address=ip_address,
            username=plain_identity(username) if username else None,
            ip_or_username=ip_or_username,
        )
        return count

    def post_save_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None:
        """Drop the form that axes copied: people type passwords and codes into every field there is."""
        AccessAttempt.objects.filter(pk=instance.pk).update(get_data="", post_data="")
