"""Whoever listens to an event is inside its transaction: sees it, writes with it, and may undo it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from accounts_app.models import User
from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application, Grant, RefreshToken, StoredRequest
from limits_app.models import Lease
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, exchange, post, refresh

pytestmark = [pytest.mark.requirement("L01", "R09"), pytest.mark.usefixtures("engine")]
SCOPES = "openid profile phone offline_access"


class Refused(Exception):
    """A receiver that does not want it to happen."""


@contextmanager
def listening(name: str, receiver: Callable[..., Any]) -> Iterator[None]:
    """Within it, this is called for the event too, after the record."""
    CATALOGUE[name].connect(receiver, weak=False)
    try:
        yield
    finally:
        CATALOGUE[name].disconnect(receiver)


def rows(event: str) -> int:
    return OAuthTokenLog.objects.filter(event=event).count()


def refuse(**kwargs: Any) -> None:
    raise Refused


def read_and_refuse(**kwargs: Any) -> None:
    assert rows("token.issued") + rows("token.refreshed") > 0
    raise Refused


def note() -> None:
    User.objects.filter(phone="+97699112233").update(nickname="told")


def note_and_refuse(**kwargs: Any) -> None:
    note()
    raise Refused


def undo(**kwargs: Any) -> None:
    transaction.set_rollback(True)


@pytest.mark.parametrize("receiver", [refuse, read_and_refuse, note_and_refuse])
def test_a_receiver_that_refuses_leaves_nothing_behind(
    browser_of_somebody: OAuthBrowser, app: Application, receiver: Callable[..., None]
) -> None:
    code = browser_of_somebody.code(scope=SCOPES)
    told: list[bool] = []
    browser = Client(raise_request_exception=False)
    with listening("token.issued", lambda **_: transaction.on_commit(lambda: told.append(True))):
        with listening("token.issued", receiver):
            assert exchange(browser, code).status_code >= 500
        assert not RefreshToken.objects.exists()
        assert (Grant.objects.get().consumed_at, rows("token.issued"), told) == (None, 0, [])
        assert User.objects.get().nickname == ""
        token = exchange(browser, code).json()["refresh_token"]
        assert (rows("token.issued"), told) == (1, [True])
    with listening("token.refreshed", receiver):
        assert refresh(browser, token).status_code >= 500
    assert (RefreshToken.objects.get().generation, rows("token.refreshed")) == (0, 0)
    assert refresh(browser, token).status_code == 200
    assert (RefreshToken.objects.get().generation, rows("token.refreshed")) == (1, 1)


def test_a_receiver_that_marks_the_transaction_undoes_it(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code(scope=SCOPES)
    with listening("token.issued", undo):
        answer = exchange(Client(), code)
    assert answer.status_code == 503
    assert "access_token" not in answer.content.decode()
    assert not RefreshToken.objects.exists()
    assert Grant.objects.get().consumed_at is None
    assert rows("token.issued") == 0


def test_a_code_that_is_not_recorded_is_not_given(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.tokens(scope=SCOPES)
    before = Grant.objects.count()
    browser_of_somebody.client.raise_request_exception = False
    with listening("code.issued", refuse):
        assert browser_of_somebody.authorize(scope=SCOPES).status_code >= 500
    assert Grant.objects.count() == before
    assert rows("code.issued") == 1


def test_a_stored_request_is_answered_with_its_code_or_not_at_all(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    page = browser_of_somebody.authorize(scope=SCOPES)["Location"]
    assert page.startswith("/o/consent/")
    browser_of_somebody.client.raise_request_exception = False
    with listening("code.issued", refuse):
        answer = browser_of_somebody.consent(page)
        if answer.status_code == 303:
            answer = browser_of_somebody.client.get(answer["Location"])
    assert answer.status_code >= 500
    assert StoredRequest.objects.exists()
    assert not Grant.objects.exists()


def test_a_receiver_finds_what_it_is_told_of(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    seen: list[Any] = []

    def look(event: Any, **kwargs: Any) -> None:
        entry = OAuthTokenLog.objects.get(event="token.issued")
        family = RefreshToken.objects.get(pk=event.family)
        seen.append(
            (entry.family == family.pk, Grant.objects.get().family == family.pk, connection.in_atomic_block)
        )

    with listening("token.issued", look):
        browser_of_somebody.tokens(scope=SCOPES)
    assert seen == [(True, True, True)]
    assert rows("token.issued") == 1


def test_what_a_receiver_writes_stays_with_the_tokens(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    with listening("token.issued", lambda **_: note()):
        browser_of_somebody.tokens(scope=SCOPES)
    assert (User.objects.get().nickname, rows("token.issued")) == ("told", 1)


def test_a_receiver_may_tell_of_another_event(browser_of_somebody: OAuthBrowser, app: Application) -> None:
    def tell(event: Any, **kwargs: Any) -> None:
        CATALOGUE["token.narrowed"].emit(family=event.family)

    with listening("token.issued", tell):
        browser_of_somebody.tokens(scope=SCOPES)
    assert (rows("token.issued"), rows("token.narrowed")) == (1, 1)


@pytest.mark.requirement("R09")
@pytest.mark.parametrize("conflicts", [1, 3])
def test_a_conflict_of_transactions_is_run_again_and_seen_by_nobody(
    browser_of_somebody: OAuthBrowser, app: Application, conflicts: int
) -> None:
    code = browser_of_somebody.code(scope=SCOPES)
    left = [conflicts]

    def conflict(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if left[0] and "INSERT INTO" in sql and RefreshToken._meta.db_table in sql:
            left[0] -= 1
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(conflict):
        assert exchange(Client(), code).status_code == 200
    assert left == [0]
    assert (RefreshToken.objects.count(), rows("token.issued")) == (1, 1)


@pytest.mark.requirement("R09")
def test_a_conflict_that_does_not_end_is_temporary(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code(scope=SCOPES)

    def conflict(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT INTO" in sql and RefreshToken._meta.db_table in sql:
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(conflict):
        answer = exchange(Client(), code)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert (RefreshToken.objects.count(), rows("token.issued")) == (0, 0)
    assert Grant.objects.get().consumed_at is None
    assert exchange(Client(), code).status_code == 200


def test_nothing_of_a_write_is_left_to_the_next_one(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    """After a refusal in the middle, statements of the same connection are their own again."""
    before = list(connection.execute_wrappers)
    code = browser_of_somebody.code(scope=SCOPES)
    with listening("token.issued", refuse):
        exchange(Client(raise_request_exception=False), code)
    assert connection.execute_wrappers == before
    assert connection.get_autocommit()
    Lease.objects.create(name="another", holder="x", until="2026-01-01T00:00:00Z")
    assert Lease.objects.filter(name="another").exists()
    assert post(Client(), "/o/token/", grant_type="client_credentials").status_code == 401
