"""The WSGI entrance that granian serves: the fast lane, with Django behind it."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auth_server_django.settings")

# Threads take turns more often than Python's 5 ms: a request waiting behind others is noticed at once.
sys.setswitchinterval(0.001)

_django = get_wsgi_application()

# Only now: they import what needs Django to be set up.
from auth_server_django.conf import conf  # noqa: E402
from auth_server_django.fast_lane.lane import FastLane  # noqa: E402

_served = FastLane(_django) if conf.FAST_LANE else _django


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Note when the request came in, before anything else: replays are told from races by it."""
    environ["auth.received_at"] = datetime.now(UTC)
    return _served(environ, start_response)
