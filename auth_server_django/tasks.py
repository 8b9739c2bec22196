"""What the worker does for the server as a whole."""

from celery import shared_task

from auth_server_django.cleaning import clean_up
from auth_server_django.conf import conf


@shared_task(name="auth_server_django.cleanup", ignore_result=True, expires=3600)  # type: ignore[untyped-decorator]
def run_cleanup() -> dict[str, int]:
    """Remove old rows of every room, for `CLEANUP_SECONDS` at most; nothing while another clean-up is under way."""
    return clean_up(seconds=conf.CLEANUP_SECONDS) or {}
