"""Processes that are replaced, killed or stopped under load: no request of a deploy fails, nothing is half done."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scripts.live_server import LiveServer
from tests.faults.fake_gateway import FakeGateway
from tests.faults.invariants import assert_whole
from tests.faults.live import private_redis, processes_of, second_server, server_with
from tests.faults.load import CLIENTS, ROBOT, Load, ask_token, register_robot
from tests.faults.proxy import FaultyProxy
from tests.faults.workers import PATIENCE, wait_until

pytestmark = [pytest.mark.race, pytest.mark.services]

MONITOR = {"Authorization": "Bearer for-the-monitoring", "Connection": "close"}
PROCESSES = 3


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A setting in a file, which a process reads when it starts and never again."""
    path = tmp_path_factory.mktemp("settings") / "log_level"
    path.write_text("INFO")
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, level: Path) -> Iterator[LiveServer]:
    with (
        private_redis(tmp_path_factory.mktemp("redis")) as store,
        FakeGateway().running() as vendor,
        server_with(
            store,
            vendor,
            WEB_PROCESSES=str(PROCESSES),
            WEB_THREADS="4",
            WEB_RESTART_SECONDS="300",
            METRICS_TOKEN="for-the-monitoring",
            LOG_LEVEL_FILE=str(level),
        ) as server,
    ):
        register_robot(server)
        yield server


def issued(server: LiveServer) -> float:
    url = f"http://127.0.0.1:{server.port}/metrics"
    text = httpx.get(url, headers=MONITOR, timeout=60, trust_env=False).text
    wanted = 'auth_events_total{event="token.issued",grant_type="client_credentials"'
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(wanted))


def wait_for_new_workers(server: LiveServer, old: set[int], number: int) -> None:
    wait_until(lambda: len(now := processes_of(server)) == PROCESSES and len(now - old) >= number)


@pytest.mark.requirement("F74", "R19")
def test_figures_of_all_processes_are_added_up_and_survive_a_killed_one(server: LiveServer) -> None:
    before = issued(server)
    assert [ask_token(server.port) for _ in range(12)] == [200] * 12
    assert {issued(server) for _ in range(6)} == {before + 12}, "whichever process is asked"
    old = processes_of(server)
    os.kill(min(old), signal.SIGKILL)
    wait_for_new_workers(server, old, 1)
    assert ask_token(server.port) == 200
    assert issued(server) == before + 13, "counts stay when the process that counted is gone"


@pytest.mark.requirement("R20", "F74")
def test_a_rolling_restart_under_load_fails_no_request(server: LiveServer) -> None:
    old = processes_of(server)
    with Load(server.port).running() as load:
        load.wait_for(answers=10)
        os.kill(server.process.pid, signal.SIGHUP)
        wait_for_new_workers(server, old, PROCESSES)
        load.wait_for(answers=10)
    assert load.failures == []
    assert set(load.statuses) == {200}
    assert_whole(server)


@pytest.mark.requirement("R20")
def test_a_release_that_does_not_start_replaces_nobody(server: LiveServer, level: Path) -> None:
    old = processes_of(server)
    level.write_text("NO-SUCH-LEVEL")
    try:
        with Load(server.port).running() as load:
            os.kill(server.process.pid, signal.SIGHUP)
            wait_until(lambda: server.log.read_text().count("did not get ready") == PROCESSES)
            load.wait_for(answers=10)
    finally:
        level.write_text("INFO")
    assert load.failures == []
    assert set(load.statuses) == {200}
    assert processes_of(server) == old


@pytest.mark.requirement("R19")
def test_a_killed_process_is_replaced_and_only_what_it_was_doing_fails(server: LiveServer) -> None:
    old, before = processes_of(server), tokens_on_record(server)
    with Load(server.port).running() as load:
        load.wait_for(answers=10)
        os.kill(max(old), signal.SIGKILL)
        wait_for_new_workers(server, old, 1)
        load.wait_for(answers=10)
    assert len(load.failures) <= CLIENTS, "no more than it had in its hands"
    assert set(load.statuses) == {200}
    recorded = tokens_on_record(server) - before
    assert len(load.statuses) <= recorded <= len(load.statuses) + len(load.failures)
    assert_whole(server)


@pytest.mark.requirement("R20")
def test_a_new_release_beside_the_old_one_takes_over_without_a_failed_request(server: LiveServer) -> None:
    """As a load balancer does it: let the new one in when it is ready, the old one out, then stop the old one."""
    with FaultyProxy(("127.0.0.1", server.port)).running() as balancer, second_server(server) as new:
        with Load(balancer.port).running() as load:
            load.wait_for(answers=10)
            balancer.upstream = ("127.0.0.1", new.port)
            load.wait_for_everybody()
            new.process, server.process = server.process, new.process
            new.port, server.port = server.port, new.port
            new.process.send_signal(signal.SIGTERM)
            assert new.process.wait(PATIENCE) == 0
            load.wait_for(answers=10)
        assert load.failures == []
        assert set(load.statuses) == {200}
    assert_whole(server)


def tokens_on_record(server: LiveServer) -> int:
    output = server.manage(
        "shell", "-v", "0", "-c",
        "from obligations_app.models import OAuthTokenLog as log; "
        f"print(log.objects.filter(event='token.issued', client_id={ROBOT[0]!r}).count())",
    )  # fmt: skip
    return int(output.strip().splitlines()[-1])
