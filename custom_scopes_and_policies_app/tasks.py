"""What the worker does for the desk. A task carries nothing: what to do is read from the database."""

from celery import shared_task

from custom_scopes_and_policies_app.backchannel import deliver_due


@shared_task(name="custom_scopes_and_policies_app.tell_apps", ignore_result=True, expires=10)  # type: ignore[untyped-decorator]
def tell_apps() -> int:
    """Tell apps that sessions ended. Beat asks every second; a request that waited longer than 10 s is stale."""
    return deliver_due()
