"""A worker is killed while a gateway keeps it waiting: the message is neither lost nor sent twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scripts.live_server import ROOT, LiveServer, live_server
from tests.faults.fake_gateway import KEY_HEADER, FakeGateway, hangs_after_sending, takes
from tests.races.invariants import read_invariants

pytestmark = pytest.mark.race

PHONE = "+97699112233"
QUEUE = f"""
from messaging_app.services import queue_sms
queue_sms(to="{PHONE}", template="otp", context={{"code": "493817", "purpose": "signup"}}, purpose="otp.signup")
"""
STATUSES = """
import json
from messaging_app.models import OutboundMessage
print(json.dumps({message.status: message.attempts for message in OutboundMessage.objects.all()}))
"""


@pytest.fixture
def vendor() -> Iterator[FakeGateway]:
    with FakeGateway().running() as gateway:
        yield gateway


def killed_while_sending(vendor: FakeGateway, **settings: str) -> dict[str, int]:
    """Statuses (with attempts) after a worker was killed in the middle and another one has come."""
    vendor.script.append(hangs_after_sending)
    vendor.habit = takes
    environment = {
        "SMS_ROUTES": "*=vendor",
        "MESSAGING_DELIVERY": "celery",
        "MESSAGING_CLAIM_SECONDS": "1",
        **vendor.options("VENDOR"),
        **settings,
    }
    with live_server(database_url=os.environ.get("DATABASE_URL", ""), **environment) as server:
        server.manage("shell", "-v", "0", "-c", QUEUE)
        _start_and_kill_worker(server, vendor)
        for _turn in range(3):  # to start takes longer than a claim lasts
            server.manage("deliver_outbox")
        return read_invariants(server, STATUSES)


def _start_and_kill_worker(server: LiveServer, vendor: FakeGateway) -> None:
    with subprocess.Popen(
        [sys.executable, "manage.py", "deliver_outbox"], cwd=ROOT, env=dict(server.environment)
    ) as worker:
        vendor.wait_until(lambda: len(vendor.carried) == 1)
        worker.send_signal(signal.SIGKILL)


@pytest.mark.requirement("R11")
def test_a_gateway_that_knows_keys_is_asked_again_and_sends_once(vendor: FakeGateway) -> None:
    statuses = killed_while_sending(vendor, SMS_VENDOR_IDEMPOTENCY_HEADER=KEY_HEADER)
    assert statuses == {"sent": 2}
    assert [sms.code for sms in vendor.carried] == ["493817"]
    assert len(vendor.asked) == 2


@pytest.mark.requirement("R11", "R15")
def test_any_other_gateway_is_not_asked_again(vendor: FakeGateway) -> None:
    statuses = killed_while_sending(vendor)
    assert list(statuses) == ["unknown"]
    assert len(vendor.asked) == len(vendor.carried) == 1
