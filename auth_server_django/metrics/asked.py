"""What is asked at a scrape: queues, keys and gateways as the database and the cache know them.

At most once in `FRESH_SECONDS` per process, so that scraping costs the same however often it is done. One part that
cannot be asked leaves its figures out and says so in `auth_scrape_ok`.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from threading import Lock

from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from core_app.cleanup import backlog, is_red
from custom_scopes_and_policies_app.models import LogoutNotice
from jwt_app.selectors import key_age
from messaging_app import breaker
from messaging_app.conf import conf as messaging
from messaging_app.models import OutboundMessage
from messaging_app.routes import parse_routes

logger = logging.getLogger(__name__)

FRESH_SECONDS = 5
SMS_WINDOW = timedelta(hours=1)
WAITING = (OutboundMessage.Status.QUEUED, OutboundMessage.Status.SENDING)


def outbox() -> Iterator[Metric]:
    """How much waits to be sent, and for how long the oldest has waited."""
    depth = GaugeMetricFamily("auth_outbox_depth", "Messages not sent yet.", labels=["channel", "status"])
    age = GaugeMetricFamily(
        "auth_outbox_oldest_seconds", "Age of the oldest message not sent yet.", labels=["channel"]
    )
    now = timezone.now()
    oldest = {str(channel): now for channel in OutboundMessage.Channel}
    counted = (
        OutboundMessage.objects.filter(status__in=WAITING)
        .values_list("channel", "status")
        .annotate(number=Count("id"), first=Min("created_at"))
        .order_by()
    )
    found = {(channel, status): (number, first) for channel, status, number, first in counted}
    for channel in OutboundMessage.Channel:
        for status in WAITING:
            number, first = found.get((str(channel), str(status)), (0, now))
            depth.add_metric([str(channel), str(status)], number)
            oldest[str(channel)] = min(oldest[str(channel)], first)
        age.add_metric([str(channel)], max(0.0, (now - oldest[str(channel)]).total_seconds()))
    yield depth
    yield age


def sms() -> Iterator[Metric]:
    """What became of the SMS of the last hour, by route."""
    sent = GaugeMetricFamily(
        "auth_sms_last_hour",
        "SMS written in the last hour, by route and outcome.",
        labels=["route", "status"],
    )
    counted = (
        OutboundMessage.objects.filter(channel="sms", created_at__gte=timezone.now() - SMS_WINDOW)
        .values_list("route", "status")
        .annotate(number=Count("id"))
        .order_by()
    )
    for route, status, number in counted:
        sent.add_metric([route or "none", status], number)
    yield sent


def routes() -> Iterator[Metric]:
    """Which SMS gateways are being left alone."""
    is_open = GaugeMetricFamily(
        "auth_sms_breaker_open", "1 while a route is left alone because it keeps failing.", labels=["route"]
    )
    names = {name for names in parse_routes(messaging.SMS_ROUTES).values() for name in names}
    for name in sorted(names):
        is_open.add_metric([name], int(breaker.is_open(name)))
    yield is_open


def keys() -> Iterator[Metric]:
    """How old the keys are that sign now."""
    age = GaugeMetricFamily(
        "auth_signing_key_age_seconds", "Since when the active key signs.", labels=["algorithm"]
    )
    for algorithm, seconds in key_age().items():
        age.add_metric([algorithm], seconds)
    yield age


def notices() -> Iterator[Metric]:
    """Apps that still have to be told of sign-outs."""
    depth = GaugeMetricFamily("auth_logout_notices_waiting", "Back-channel log-outs not delivered yet.")
    depth.add_metric([], LogoutNotice.objects.filter(state=LogoutNotice.State.WAITING).count())
    yield depth


def cleanup() -> Iterator[Metric]:
    """Old rows that were not removed yet, as far as they are counted."""
    waiting = GaugeMetricFamily("auth_cleanup_waiting", "Old rows not removed yet.", labels=["kind"])
    red = GaugeMetricFamily("auth_cleanup_red", "1 when the clean-up does not keep up.", labels=["kind"])
    for one in backlog(timezone.now()):
        waiting.add_metric([one.name], one.waiting)
        red.add_metric([one.name], int(is_red(one)))
    yield waiting
    yield red


PARTS: dict[str, Callable[[], Iterable[Metric]]] = {
    "outbox": outbox,
    "sms": sms,
    "routes": routes,
    "keys": keys,
    "logout_notices": notices,
    "cleanup": cleanup,
}


class AskedCollector(Collector):
    """The parts above as one collector, asked anew after `FRESH_SECONDS`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._answer: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        """The figures, at most `FRESH_SECONDS` old."""
        with self._lock:
            if time.monotonic() - self._asked_at > FRESH_SECONDS:
                self._answer = list(_ask())
                self._asked_at = time.monotonic()
            return list(self._answer)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return []


def _ask() -> Iterator[Metric]:
    is_ok = GaugeMetricFamily("auth_scrape_ok", "1 when this part could be asked.", labels=["part"])
    for name, part in PARTS.items():
        try:
            figures = list(part())
        except (DatabaseError, RedisError, OSError, ValueError) as error:
            logger.warning("metrics: %s cannot be asked: %s", name, type(error).__name__)
            is_ok.add_metric([name], 0)
            continue
        is_ok.add_metric([name], 1)
        yield from figures
    yield is_ok
