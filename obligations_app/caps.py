"""How many notices there may be: nobody's mailbox is flooded, and nobody can make them a bill (F62).

A recipient's are counted in the database, in the transaction of the event. All together are counted in the cache by
the hour: a row in the database would make every sign-in wait for every other. Money for SMS has a budget of its own
(`messaging_app.spending`).
"""

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

from limits_app.budgets import Exceeded, Limit, spend, used
from obligations_app.conf import conf
from obligations_app.duties.choices import Audience
from obligations_app.duties.duty import Duty
from obligations_app.signals import notices_dropped

logger = logging.getLogger(__name__)

HOUR, DAY = 3600, 86_400
ALL_KINDS = "notice"


def may_tell(duty: Duty, key: str) -> bool:
    """Count one notice of this duty to the recipient of this key. False when it is one too many.

    What strangers could make a flood of is counted for everybody together too, but never what operators get: they must
    hear of the flood.
    """
    if duty.audience != Audience.OPERATORS and not _fits_in_the_hour(duty):
        return False
    try:
        spend(_limits(duty, key))
    except Exceeded as refusal:
        logger.warning("a notice of %s is dropped: limit %s", duty.name, refusal.limit_name)
        return False
    return True


def is_last(duty: Duty, key: str) -> bool:
    """Whether the next notice of this duty to this recipient would be dropped: then this one says so."""
    return any(used(limit.name, limit.key, limit.per_seconds) >= limit.limit for limit in _limits(duty, key))


def _limits(duty: Duty, key: str) -> list[Limit]:
    recipient = f"{duty.audience.value} {key}"
    throttle = duty.throttle
    return [
        Limit(ALL_KINDS, recipient, conf.NOTICES_PER_PERSON_DAY, DAY),
        Limit(f"{ALL_KINDS}.{duty.event}"[:64], recipient, throttle.at_most, throttle.per.seconds),
    ]


def _fits_in_the_hour(duty: Duty) -> bool:
    counted = {duty.event: conf.NOTICES_PER_EVENT_HOUR, "": conf.NOTICES_PER_HOUR}
    over = [event for event, most in counted.items() if _count(event) > most]
    if over:
        logger.warning("a notice of %s is dropped: too many in this hour", duty.name)
        _tell_once(over[0])
    return not over


def _tell_once(event: str) -> None:
    if _count(f"told {event}") == 1:
        notices_dropped.emit(subject=event or "all events", outcome="refused")


def _count(what: str) -> int:
    """One more in this hour. 0 when the cache is away: then each recipient's own limits still hold."""
    key = f"notices:{what.replace(' ', '-')}:{int(time.time()) // HOUR}"
    try:
        cache.add(key, 0, timeout=HOUR)
        return int(cache.incr(key))
    except (RedisError, OSError, ValueError):
        return 0
