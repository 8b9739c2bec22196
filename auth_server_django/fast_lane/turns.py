"""What has to be done before and after each request, as Django's `request_started` and `request_finished` have it done.

Their receivers are known. While nobody else listens, the lane does what is theirs itself, without asking around: close
a connection that is too old or broken, and do what waits for the answer. With anybody else the signals are sent.
"""

import time
from typing import Any
from weakref import ReferenceType

from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections, reset_queries
from django.dispatch import Signal

from messaging_app.afterwards import do_what_waits, is_something_waiting

# `reset_queries` is about DEBUG; of a cache nothing is closed; no machine endpoint has a URLconf of its own.
AT_START = {reset_queries, close_old_connections}
AT_END = {close_old_connections, close_caches, reset_urlconf, do_what_waits}


class Turns:
    """The beginning and the end of each of the lane's requests."""

    def __init__(self, sender: object, *, is_debug: bool) -> None:
        self._sender = sender
        is_plain = not is_debug and list(connections) == [DEFAULT_DB_ALIAS]
        self._at_start = _receivers_if(is_plain, request_started, AT_START)
        self._at_end = _receivers_if(is_plain, request_finished, AT_END)

    def begin(self, environ: dict[str, Any]) -> None:
        """Before the request is looked at."""
        if request_started.receivers == self._at_start:
            _tidy_connection()
        else:
            request_started.send(sender=self._sender, environ=environ)

    def end(self) -> None:
        """After it was answered."""
        if request_finished.receivers == self._at_end:
            _tidy_connection()
            if is_something_waiting():
                do_what_waits()
        else:
            request_finished.send(sender=self._sender)


def _receivers_if(is_plain: bool, signal: Signal, known: set[Any]) -> list[Any] | None:
    """The receivers of a signal if they are just the known ones; None, which equals no list, if not."""
    receivers = list(signal.receivers)
    return receivers if is_plain and {_listener(receiver) for _, receiver, _ in receivers} == known else None


def _listener(receiver: Any) -> Any:
    return receiver() if isinstance(receiver, ReferenceType) else receiver


def _tidy_connection() -> None:
    """`close_old_connections`, at a glance for one that is as it should be."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is None:
        return
    ends = connection.close_at
    if (
        connection.errors_occurred
        or not connection.autocommit
        or (ends is not None and ends <= time.monotonic())
    ):
        connection.close_if_unusable_or_obsolete()
    else:
        # The next statement asks first whether the server still answers.
        connection.health_check_done = False  # type: ignore[attr-defined]  # Django's stubs leave it out
