"""What the worker does for the post office.

The task carries nothing: what to send is read from the outbox.
"""

from celery import shared_task

from messaging_app.delivery import relay


@shared_task(name="messaging_app.relay", ignore_result=True, expires=10)  # type: ignore[untyped-decorator]
def run_relay() -> int:
    """Send one batch of what is due.

    Beat asks every second; a request that waited longer than 10 s is stale.
    """
    return relay()
