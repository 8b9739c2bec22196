"""The `AXES_HANDLER`: axes asks and logs, `limits_app.locks` counts and decides.

`django.contrib.auth.authenticate` comes here first (axes' backend asks `is_allowed`), and the attempt is counted
there and then. axes' own count is made after the check, so that attempts at the same moment all pass it.
"""

from typing import Any

from axes.conf import settings
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_session_hash
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from core_app.caller import client_ip_of
from limits_app.identity import logged_name, plain_identity, username_of
from limits_app.lifting import failures_of, lift
from limits_app.lock_store import rows_of
from limits_app.locks import Attempt, Locked, reserve_attempt, seconds_left, take_over

LOG_KEY = "access_log"
Credentials = dict[str, Any]


class LockHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes carries no types
    """axes' tables, admin and `axes_reset` commands, over counters that parallel guesses cannot outrun."""

    def is_allowed(self, request: HttpRequest, credentials: Credentials | None = None) -> bool:
        """Asked with credentials: count the attempt and say whether they may be checked. Without: only look."""
        if self.is_blacklisted(request, credentials):
            return False
        if self.is_whitelisted(request, credentials):
            return True
        if credentials is None:
            return not self.is_locked(request)
        return self._reserve(request, username_of(request, credentials) or "")

    def _reserve(self, request: HttpRequest, account: str) -> bool:
        ip = client_ip_of(request)
        try:
            attempt = take_over(request, account)
            if attempt is None and (account or ip):
                attempt = reserve_attempt(account=account, ip=ip)
        except Locked as locked:
            _note(request, locked=locked)
            return False
        _note(request, attempt=attempt)
        return True

    def is_locked(self, request: HttpRequest, credentials: Credentials | None = None) -> bool:
        """Whether the account or the address is locked, or the known device that the attempt was made with; counts
        nothing.
        """
        if attempt := _attempt_of(request, credentials):
            return attempt.seconds_locked() > 0
        return seconds_left(request, username_of(request, credentials) or "") > 0

    def get_failures(self, request: HttpRequest, credentials: Credentials | None = None) -> int:
        """For axes, which compares it with its limit: the failures that still count, or the limit when locked."""
        if self.is_locked(request, credentials):
            return int(settings.AXES_FAILURE_LIMIT)
        attempt = _attempt_of(request, credentials)
        rows = rows_of(attempt.places if attempt else ())
        most = max((row.failures for row in rows), default=0)
        return min(most, int(settings.AXES_FAILURE_LIMIT) - 1)

    def user_login_failed(
        self, sender: Any, credentials: Credentials, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """The attempt stays counted; axes writes its log and, when that was one too many, the locked page."""
        attempt: Attempt | None = getattr(request, "limits_attempt", None)
        if attempt is not None:
            attempt.failed()
        super().user_login_failed(sender, credentials, request, **kwargs)

    def user_logged_in(
        self, sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> None:
        """Take the attempt back, and log who came in when, under the name that the failures are logged under."""
        attempt: Attempt | None = getattr(request, "limits_attempt", None)
        if attempt is not None and attempt.account == plain_identity(user.get_username()):
            attempt.succeeded()
        if settings.AXES_DISABLE_ACCESS_LOG:
            return
        entry = AccessLog.objects.create(
            username=logged_name(user.get_username()),
            ip_address=request.axes_ip_address or None,  # type: ignore[attr-defined]
            user_agent=request.axes_user_agent,  # type: ignore[attr-defined]
            http_accept=request.axes_http_accept,  # type: ignore[attr-defined]
            path_info=request.axes_path_info,  # type: ignore[attr-defined]
            attempt_time=request.axes_attempt_time,  # type: ignore[attr-defined]
            session_hash=get_client_session_hash(request),
        )
        if hasattr(request, "session"):
            request.session[LOG_KEY] = entry.pk

    def user_logged_out(
        self, sender: Any, request: HttpRequest, user: AbstractBaseUser | None, **kwargs: Any
    ) -> None:
        """Note the end in the log. The session remembers its entry: its key changes when somebody signs in."""
        entry = request.session.get(LOG_KEY) if hasattr(request, "session") else None
        if entry is not None:
            open_entry = AccessLog.objects.filter(pk=entry, logout_time__isnull=True)
            open_entry.update(logout_time=request.axes_attempt_time)  # type: ignore[attr-defined]

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """Lift locks and clear the log of failures, for every spelling of the account that an operator may type
        (`manage.py axes_reset_username`). How many entries that were.
        """
        lifted = lift(failures_of(account=username, ip=ip_address))
        cleared: int = super().reset_attempts(
            ip_address=ip_address,
            username=logged_name(username) if username else None,
            ip_or_username=ip_or_username,
        )
        return lifted + cleared

    def post_save_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None:
        """Drop the form that axes copied: people type passwords and codes into every field there is."""
        AccessAttempt.objects.filter(pk=instance.pk).update(get_data="", post_data="")


def _attempt_of(request: HttpRequest, credentials: Credentials | None) -> Attempt | None:
    """The attempt at this account that the request is about."""
    attempt: Attempt | None = getattr(request, "limits_attempt", None)
    return attempt if attempt and attempt.account == (username_of(request, credentials) or "") else None


def _note(request: HttpRequest, *, attempt: Attempt | None = None, locked: Locked | None = None) -> None:
    """Kept on the request for what comes later in it: the failure or success, and the locked page."""
    request.limits_attempt = attempt  # type: ignore[attr-defined]
    request.limits_locked = locked  # type: ignore[attr-defined]
