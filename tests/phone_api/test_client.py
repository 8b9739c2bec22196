"""The example walks the whole flow against a server as anybody would start it."""

import subprocess
import sys

import pytest

from scripts.live_server import ROOT, live_server

pytestmark = [pytest.mark.services, pytest.mark.once]


@pytest.mark.requirement("F21", "F29")
def test_the_example_client_walks_the_flow() -> None:
    with live_server() as server:
        done = subprocess.run(
            [sys.executable, "examples/phone_api_client.py", server.url, "+97688112233"],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.split()[:2] for line in done.stdout.splitlines()]
    assert steps == [
        ["200", "/api/register/"], ["200", "/api/verify-otp/"], ["200", "/api/set-password/"],
        ["200", "/api/user-info/"], ["200", "/o/userinfo/"], ["200", "/o/token/"], ["200", "/o/userinfo/"],
        ["200", "/api/register/"], ["200", "/api/login/"], ["200", "/o/revoke_token/"], ["401", "/o/userinfo/"],
        ["200", "/o/userinfo/"],
    ]  # fmt: skip
    assert "seven green bicycles" not in done.stdout
