"""What an answer costs: the statements that run before it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.signals import request_finished
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging_app.afterwards import do_what_waits

AFTERWARDS = "messaging_app.afterwards"


@contextmanager
def statements_of_the_answer() -> Iterator[CaptureQueriesContext]:
    """The statements of one request of the test client, without what is done when it has been answered.

    A server's client has the answer by then; the test client would wait for it. It is done at the end.
    """
    request_finished.disconnect(dispatch_uid=AFTERWARDS)
    try:
        with CaptureQueriesContext(connection) as statements:
            yield statements
    finally:
        request_finished.connect(do_what_waits, dispatch_uid=AFTERWARDS)
        do_what_waits()
