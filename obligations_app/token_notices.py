"""When tokens are worth a letter: once for each person, app and device, unless the setting says each time.

Almost every issue is one of many to the same app on the same device. This process remembers so, and the cache for all
of them, without a question to the database; when both are empty, the outbox and the record are asked.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from limits_app.budgets import Limit, spend, used
from messaging_app.conf import conf as messaging
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession

EVENT = "token.issued"
DAY = 86_400
# A letter about the app's first permission has just gone out: the tokens that follow from it are the same news.
SAME_NEWS = timedelta(minutes=10)
COVERED = "notice.covered"
MOST_KNOWN = 10_000

# Uses that the cache has called known, and until when by the monotonic clock.
_known: dict[str, float] = {}


def is_known_use(entry: OAuthTokenLog) -> bool:
    """Whether this process or another has looked at this app and sign-in today already."""
    key = _cache_key(entry)
    if _known.get(key, 0) > time.monotonic():
        return True
    try:
        is_known = cache.get(key) is not None
    except (RedisError, OSError):
        return False
    if is_known:
        _note(key)
    return is_known


def remember_use(entry: OAuthTokenLog) -> None:
    """Called when it has been looked at; true from the commit on."""
    key = _cache_key(entry)
    transaction.on_commit(lambda: cache.set(key, 1, timeout=DAY), robust=True)


@dataclass(frozen=True, slots=True)
class Use:
    """Person, app and device as one word, and what the device calls itself."""

    key: str
    user_agent: str


def use_of(entry: OAuthTokenLog) -> Use:
    """Where there is no device, the sign-in or family stands for it."""
    found = SsoSession.objects.filter(pk=entry.sid) if entry.sid else SsoSession.objects.none()
    device, user_agent = found.values_list("device_id", "user_agent").first() or (None, "")
    place = f"device {device}" if device else f"{entry.sid or entry.family}"
    key = hashlib.sha256(f"{entry.user_id}:{entry.client_id}:{place}".encode()).hexdigest()[:40]
    return Use(key, user_agent)


def is_covered(entry: OAuthTokenLog, use: Use) -> bool:
    """Whether the letter about the app itself tells this too; then it is remembered for as long as letters are.

    Only of the same browser: what follows on another device meanwhile is another piece of news.
    """
    limit = Limit(COVERED, use.key, 1, messaging.MESSAGING_KEEP_DAYS * DAY, label=COVERED)
    if used(limit.name, limit.key, limit.per_seconds):
        return True
    authorized = OAuthTokenLog.objects.filter(
        user=entry.user_id,
        event="app.authorized",
        client_id=entry.client_id,
        user_agent=use.user_agent,
        at__gte=entry.at - SAME_NEWS,
    )
    if not authorized.exists():
        return False
    spend([limit], is_enforced=False)
    return True


def forget_known_uses() -> None:
    """Drop what this process remembers: a test starts."""
    _known.clear()


def _note(key: str) -> None:
    # For a moment of the cache's day, so that both forget on the same day. Cleared whole: it is filled again soon.
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[key] = time.monotonic() + SAME_NEWS.total_seconds()


def _cache_key(entry: OAuthTokenLog) -> str:
    return f"token-notice:{entry.user_id}:{entry.sid or entry.family}:{_short(entry.client_id)}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
