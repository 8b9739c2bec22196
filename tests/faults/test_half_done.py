"""The line to the database is cut, or the process killed, at each point of a token exchange: all of it or nothing."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from custom_scopes_and_policies_app.models import Grant, RefreshToken
from obligations_app.models import OAuthTokenLog
from scripts.databases import postgres_server
from tests.faults.invariants import assert_whole
from tests.faults.live import line_to_database, processes_of
from tests.faults.proxy import FaultyProxy, Trap
from tests.faults.signed_in import World, world_of
from tests.faults.workers import PATIENCE, wait_until
from tests.races.record import connect_to

pytestmark = [
    pytest.mark.race,
    pytest.mark.services,
    pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="needs a database server"),
]

# What goes over the line: any engine of the token store claims a code or moves a family by such a statement.
TABLES = f"{Grant._meta.db_table}|{RefreshToken._meta.db_table}"
CLAIM = rf"""UPDATE ["`]?({TABLES})["`]?\s+SET""".encode()
COMMIT = rb"(?<!AUTO)COMMIT"  # and not MariaDB's "SET AUTOCOMMIT", which begins a transaction
LOG = OAuthTokenLog._meta.db_table
# Something else may be committed before: that somebody was seen, say.
POINTS = {
    "before the claim": partial(Trap, "before", CLAIM),
    "after the claim": partial(Trap, "after", CLAIM),
    "before the commit": partial(Trap, "before", COMMIT, CLAIM),
    "after the commit": partial(Trap, "after", COMMIT, CLAIM),
}
IS_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("post")
points = pytest.mark.parametrize("point", POINTS)
# PostgreSQL's token store renews by one statement, which commits itself.
points_of_a_refresh = pytest.mark.parametrize("point", list(POINTS)[:2] if IS_POSTGRESQL else POINTS)


@dataclass
class Place:
    world: World
    database: FaultyProxy

    def on_record(self, event: str) -> int:
        """How many events of this kind there have been, asked past the server."""
        with contextlib.closing(connect_to(self.world.server)) as direct:
            cursor = direct.cursor()
            cursor.execute(f"SELECT COUNT(*) FROM {LOG} WHERE event = %s AND client_id = 'app'", (event,))  # noqa: S608
            return int(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        line_to_database() as (database, url),
        # Statements in words: a trap knows them by these, and not by the names of prepared ones.
        world_of(
            tmp_path_factory.mktemp("redis"), processes=1, database_url=url, DATABASE_PREPARED="0"
        ) as world,
    ):
        yield Place(world, database)


def cut(place: Place, point: str, deed: Callable[[], httpx.Response]) -> None:
    """The line is cut at this point of the deed."""
    place.database.trap = trap = POINTS[point]()
    answer = deed()
    place.database.trap = None
    assert trap.is_sprung
    assert answer.status_code == 503, answer.text
    assert answer.json()["error"] == "temporarily_unavailable"
    assert int(answer.headers["Retry-After"]) >= 1
    assert "token" not in answer.json()


def kill(place: Place, point: str, deed: Callable[[], httpx.Response]) -> None:
    """The process is killed at this point of the deed."""
    old = processes_of(place.world.server)

    def kill_it() -> None:
        for process in old:
            os.kill(process, signal.SIGKILL)

    place.database.trap = trap = POINTS[point](act=kill_it)
    with pytest.raises(httpx.TransportError):
        deed()
    place.database.trap = None
    assert trap.is_sprung
    wait_until(lambda: len(now := processes_of(place.world.server)) == 1 and not now & old)


Fault = Callable[[Place, str, Callable[[], httpx.Response]], None]
faults = pytest.mark.parametrize(
    "fault",
    [
        pytest.param(cut, marks=pytest.mark.requirement("R05", "R06"), id="line cut"),
        pytest.param(kill, marks=pytest.mark.requirement("R19"), id="process killed"),
    ],
)


def assert_half_way(point: str, done: int) -> None:
    """Before the commit nothing may be left of it, after it everything."""
    assert done in {0, 1}
    if point.startswith("before"):
        assert not done
    if point == "after the commit":
        assert done


@faults
@points
def test_a_code_is_exchanged_wholly_or_not_at_all(place: Place, fault: Fault, point: str) -> None:
    person, code = place.world.authorize()
    issued, revoked = place.on_record("token.issued"), place.on_record("token.revoked")
    fault(place, point, lambda: person.redeem(code))
    done = place.on_record("token.issued") - issued
    assert_half_way(point, done)
    assert_whole(place.world.server)
    again = person.redeem(code)
    if done:  # nobody can tell this from a stolen code
        assert again.status_code == 400
        assert again.json()["error"] == "invalid_grant"
        assert place.on_record("token.revoked") - revoked == 1
    else:
        person.tokens = dict(again.json())
        assert place.world.look(person).is_active
    assert_whole(place.world.server)


@faults
@points_of_a_refresh
def test_a_lost_answer_to_a_refresh_is_given_again(place: Place, fault: Fault, point: str) -> None:
    person = place.world.sign_in()
    refreshed, revoked = place.on_record("token.refreshed"), place.on_record("token.revoked")
    fault(place, point, person.refresh)
    assert_half_way(point, place.on_record("token.refreshed") - refreshed)
    assert_whole(place.world.server)
    again = person.refresh()
    assert again.status_code == 200, again.text
    person.tokens = dict(again.json())
    assert place.world.look(person).is_active
    assert person.refresh().status_code == 200, "the family goes on"
    assert place.on_record("token.revoked") == revoked
    assert_whole(place.world.server)


@pytest.mark.requirement("R05", "R06", "C10")
@points
def test_a_revocation_that_is_repeated_is_seen_at_once(place: Place, point: str) -> None:
    person = place.world.sign_in()
    assert place.world.look(person).is_active, "remembered as alive"
    revoked = place.on_record("token.revoked")
    cut(place, point, person.revoke)
    assert_half_way(point, place.on_record("token.revoked") - revoked)
    assert person.revoke().status_code == 200
    assert not place.world.look(person).is_active
    assert place.on_record("token.revoked") - revoked == 1
    assert_whole(place.world.server)


@pytest.mark.requirement("R20")
def test_what_is_under_way_is_answered_before_a_stopped_server_ends(place: Place) -> None:
    person, server = place.world.sign_in(), place.world.server
    questions, place.database.delay = place.database.questions, 0.5
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(person.refresh)
            wait_until(lambda: place.database.questions > questions)
            server.process.send_signal(signal.SIGTERM)
            assert answer.result().status_code == 200
            assert server.process.wait(PATIENCE) == 0
    finally:
        place.database.heal()
        server.restart()
    assert_whole(server)


@pytest.mark.requirement("R08", "R23", "F74")
@pytest.mark.skipif(not IS_POSTGRESQL, reason="only PostgreSQL can do so to one database")
def test_a_primary_that_became_a_replica_gives_nothing_out_until_there_is_one_again(place: Place) -> None:
    """Everybody is hung up on, and what answers then may only be read, as after a failover to the wrong side."""
    staying, (person, code) = place.world.sign_in(), place.world.authorize()
    issued = place.on_record("token.issued")
    fail_over(place, is_read_only="on")
    try:
        for answer in (person.redeem(code), staying.refresh(), staying.revoke()):
            assert answer.status_code == 503, answer.text
            assert answer.json()["error"] == "temporarily_unavailable"
        ready = httpx.get(f"{place.world.server.url}/health/ready", timeout=PATIENCE, trust_env=False)
        assert ready.status_code == 503
        assert ready.json()["checks"]["database"] == "read only"
    finally:
        fail_over(place, is_read_only="off")
    assert place.on_record("token.issued") == issued
    assert person.redeem(code).status_code == 200, "the code is as good as before"
    assert staying.refresh().status_code == 200
    assert_whole(place.world.server)


def fail_over(place: Place, *, is_read_only: str) -> None:
    url = place.world.server.environment["DATABASE_URL"]
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(postgres_server(url), autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {is_read_only}")
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
