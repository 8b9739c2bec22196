"""Second factors under twenty requests at once, over HTTP: one code, one sign-in."""

from typing import Any

import pyotp
import pytest

from scripts.live_server import LiveServer
from tests.races.at_once import send_at_once
from tests.races.conftest import PASSWORD
from tests.races.invariants import read_invariants
from tests.races.phone_app import address, api_post, call, register

pytestmark = pytest.mark.race

PREPARE = """
import json
from django.utils import timezone
from accounts_app.models import User
from mfa_app import backup_codes, totp
from mfa_app.models import BackupCode, TotpFactor
user = User.objects.get(phone="%s")
factor = totp.begin_setup(user, about="")
TotpFactor.objects.filter(pk=factor.pk).update(confirmed_at=timezone.now())
code = "0123456789abcdef"
BackupCode.objects.create(user=user, code_hash=backup_codes._hash(user, code))
print(json.dumps({"secret": totp.secret_of(factor), "code": code}))
"""
SESSIONS = """
import json
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession
rows = OAuthTokenLog.objects.filter(user__phone="%s")
print(json.dumps({
    "sessions": SsoSession.objects.filter(user__phone="%s").count(),
    "proven": rows.filter(event="factor.proven").count(),
}))
"""


def person_with_factors(server: LiveServer, phone: str) -> dict[str, str]:
    server.manage("create_person", "--phone", phone, "--password", PASSWORD)
    facts: dict[str, Any] = dict(read_invariants(server, PREPARE % phone))
    return {name: str(value) for name, value in facts.items()}


def waiting_login(server: LiveServer, phone: str, ip: str) -> str:
    """A login that has passed the password and waits for a second factor."""
    session = register(server, phone, ip)
    answer = call(server, "login", ip, session_id=session, password=PASSWORD)
    assert answer.payload["code"] == "login_step_needed", answer
    return str(answer.payload["login_id"])


@pytest.mark.requirement("H01", "H03", "R18")
@pytest.mark.parametrize("method", ["totp", "backup_code"])
@pytest.mark.parametrize("logins", [1, 5])
def test_of_twenty_requests_with_one_code_one_signs_in(phones: LiveServer, method: str, logins: int) -> None:
    """In one login or in several of the same person."""
    phone = f"+9768801{len(method):02}{logins:02}"
    facts = person_with_factors(phones, phone)
    waiting = [waiting_login(phones, phone, address(11_000 + 100 * logins + n)) for n in range(logins)]
    code = pyotp.TOTP(facts["secret"]).now() if method == "totp" else facts["code"]
    posts = [
        api_post(
            "auth/mfa/verify",
            address(12_000 + 100 * logins + number),
            login_id=waiting[number % logins],
            method=method,
            code=code,
        )
        for number in range(20)
    ]
    answers = send_at_once(phones.port, posts)
    assert [answer for answer in answers if answer.status >= 500] == [], answers
    assert sum(answer.status == 200 for answer in answers) == 1
    told = read_invariants(phones, SESSIONS % (phone, phone))
    assert told == {"sessions": 1, "proven": 1}


@pytest.mark.requirement("H09", "H01")
def test_of_twenty_wrong_codes_at_once_no_more_than_the_limit_are_compared(phones: LiveServer) -> None:
    phone = "+97688019901"
    person_with_factors(phones, phone)
    waiting = [waiting_login(phones, phone, address(13_000 + number)) for number in range(4)]
    posts = [
        api_post(
            "auth/mfa/verify",
            address(13_100 + number),
            login_id=waiting[number % 4],
            method="backup_code",
            code=f"wrong {number}",
        )
        for number in range(20)
    ]
    answers = send_at_once(phones.port, posts)
    assert [answer for answer in answers if answer.status >= 500] == []
    compared = [answer for answer in answers if answer.payload.get("code") == "factor_not_proven"]
    assert 1 <= len(compared) <= 3
