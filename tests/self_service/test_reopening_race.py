"""The last moment: the worker deletes a closed account while its owner opens it again (F28)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.deletion import delete_closed
from accounts_app.models import User
from obligations_app.models import OAuthTokenLog
from tests.messaging.threads import at_once, in_thread, shared_database
from tests.oauth import OAuthBrowser
from tests.self_service.leaving import close, link_in_letter

__all__ = ["shared_database"]
pytestmark = [pytest.mark.race, pytest.mark.requirement("F28", "L01")]

EACH = 8
OPENED, GONE = 200, 400


@pytest.fixture
def undo(browser_of_somebody: OAuthBrowser) -> str:
    """The path of the link by which somebody opens the account that they have closed."""
    assert close(browser_of_somebody.client).status_code == 200
    return link_in_letter()


def test_of_deleting_and_reopening_at_one_moment_one_is_done_and_once(
    undo: str, somebody: User, shared_database: None
) -> None:
    """The worker's clock is ahead of the server's, so that both may: only the row decides."""
    ahead = timezone.now() + timedelta(days=365)
    both: list[Callable[[], int]] = [partial(delete_closed, somebody.pk, now=ahead), partial(_open, undo)]
    results = at_once(both * EACH)
    deleted, opened = results[::2].count(True), results[1::2].count(OPENED)
    assert (deleted, opened) in {(1, 0), (0, 1)}
    assert set(results[1::2]) <= {OPENED, GONE}, "whoever comes too late is told so, and nothing breaks"
    left = in_thread(
        lambda: list(User.objects.filter(pk=somebody.pk).values_list("is_active", "delete_after"))
    )
    assert left == ([] if deleted else [(True, None)])
    told = in_thread(lambda: [*OAuthTokenLog.objects.order_by("id").values_list("event", flat=True)])
    assert told.count("person.deleted") == deleted
    assert told.count("person.reactivated") == opened


def _open(path: str) -> int:
    return Client().post(path).status_code
