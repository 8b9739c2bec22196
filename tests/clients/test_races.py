"""Several operators at one app: no secret is lost, one of them switches it off."""

from collections.abc import Callable
from functools import partial

import pytest

from custom_scopes_and_policies_app.client_changes import add_secret, disable_client, remove_secret
from custom_scopes_and_policies_app.client_secrets import is_right_secret
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from tests.messaging.threads import at_once, in_thread

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]


def stored() -> Application:
    return Application.objects.get(client_id="job")


@pytest.fixture
def job(shared_database: None) -> Application:
    client, _ = in_thread(partial(create_client, name="Job", client_id="job"))
    return client


@pytest.mark.requirement("feature:F10")
def test_secrets_made_and_removed_at_once_are_all_counted(job: Application) -> None:
    first = job.client_secrets[0]["id"]
    add = partial(add_secret, client=job, actor_id=None, caller=None)
    remove = partial(remove_secret, client=job, secret_id=first, actor_id=None, caller=None)
    works: list[Callable[[], str | None]] = [add, add, add, remove]
    made = [secret for secret in at_once(works) if secret]
    kept = in_thread(stored).client_secrets
    assert len(made) == len(kept) == 3
    assert all(is_right_secret(secret, kept) for secret in made)


@pytest.mark.requirement("feature:F10")
def test_one_of_many_switches_the_app_off(job: Application) -> None:
    switch = partial(disable_client, client=job, actor_id=None, caller=None)
    assert sorted(at_once([switch] * 4)) == [False, False, False, True]
    events = in_thread(OAuthTokenLog.objects.filter(event="client.disabled").count)
    assert events == 1
