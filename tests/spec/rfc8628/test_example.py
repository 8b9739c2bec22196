"""The example of a device: against a server as anybody would start it, and against one that wants it slower."""

import runpy
import subprocess
import sys
from typing import Any

import httpx
import pytest

from scripts.live_server import ROOT, live_server
from tests.races.conftest import PASSWORD
from tests.races.test_devices import approve

EXAMPLE = "examples/device_client.py"

pytestmark = pytest.mark.requirement("feature:F04")


@pytest.mark.services
@pytest.mark.once
def test_the_example_connects_when_its_person_agrees() -> None:
    with live_server(DEVICE_POLL_SECONDS="1") as server:
        server.manage(
            "create_client", "--name", "My CLI", "--client-id", "my-cli", "--public",
            "--grant-type", "device_code", "--grant-type", "refresh_token",
        )  # fmt: skip
        server.manage("create_person", "--phone", "+97688112233", "--password", PASSWORD)
        with subprocess.Popen(
            [sys.executable, EXAMPLE, server.url, "my-cli", "--scope", "openid offline_access"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as program:  # fmt: skip
            assert program.stdout is not None
            try:
                shown = [program.stdout.readline() for _ in range(3)]
                approve(server, shown[1].split()[1], scope=["openid", "offline_access"])
                rest, _ = program.communicate(timeout=30)
            finally:
                program.kill()
    assert program.returncode == 0, rest
    assert "Connected as" in rest
    assert "refresh_token" in rest


def test_the_example_slows_down_and_stops_at_a_no() -> None:
    example = runpy.run_path(str(ROOT / EXAMPLE))
    errors = iter(
        ["authorization_pending", "slow_down", "authorization_pending", "slow_down", "access_denied"]
    )

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": next(errors)})

    waits: list[float] = []
    http = httpx.Client(base_url="http://server.example", transport=httpx.MockTransport(answer))
    client: Any = example["DeviceClient"](http, "my-cli", sleep=waits.append)
    with pytest.raises(example["Refused"], match="access_denied"):
        client.wait("/o/token/", {"device_code": "x", "interval": 5})
    assert waits == [5, 5, 10, 10, 15]
