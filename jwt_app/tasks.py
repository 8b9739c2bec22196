"""What the worker does for the seal."""

from celery import shared_task

from jwt_app.rotation import rotate


@shared_task(name="jwt_app.rotate", ignore_result=True, expires=300)  # type: ignore[untyped-decorator]
def run_rotation() -> int:
    """Take the steps that are due; how many there were. Beat asks every few minutes, mostly for nothing."""
    return len(rotate())
