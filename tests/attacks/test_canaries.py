"""No secret of a whole life with an account is found where it has no business: answers, log, admin, cache, tables."""

import inspect
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts_app.services import create_person
from auth_server_django.celery import app as celery
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from messaging_app.gateways import memory
from tests.attacks.canary_journey import Journey
from tests.attacks.listening import Canary, Ear, found_in
from tests.clients.test_secrets_stay_secret import admin_pages
from tests.mfa.test_half_signed_in import addresses
from tests.operations.test_logs import lines
from tests.operators import sign_in_as, sign_in_operator

__all__ = ["lines"]

# Where a secret is at home, and why. Everything else is a fault.
ANSWERS = {
    "totp secret": r"GET /account/security/app/set-up/",  # shown to its owner while it is set up
    "backup code": r"POST /account/security/backup-codes/",  # shown once
    "authorization code": r"GET /o/authorize/",  # on its way to the app
    "access_token": r"POST /(o/token|api/.+)/",
    "refresh_token": r"POST /(o/token|api/.+)/",
    "id_token": r"POST /(o/token|api/.+)/",
    "session_id": r"POST /api/(register|auth/password/forgot)/",  # what an app goes on with
    "login_id": r"(POST /(login|api/login)/|(GET|POST) /login/second-factor/)",  # the address of the next page
    "session cookie": r"(GET|POST) /",  # the header that sets it
    "phone": r"POST /login/",  # what was typed stands in the form again
    "link": r"GET /password/forgot/email/link/",  # whoever opened it knows it
}
CACHE = {
    "phone": {
        "kept-api",
        "kept-login",
        "kept-reset",
        "kept-signup",
    },  # where to send another code, for minutes
    "session cookie": {"django.contrib.sessi"},  # Django's session engine names entries by it
}
TABLES = {
    "phone": {
        "accounts_app_user.phone",
        "otp_app_otpchallenge.address",
    },  # who somebody is, and who was sent a code
    "session cookie": {"django_session.session_key"},  # as in the cache
}


@pytest.fixture
def journey(server: None, settings: Any, lines: io.StringIO) -> Iterator[Journey]:
    """One walk, with the log of it in `lines`."""
    ensure_first_party_client()
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    walked = Journey(Ear())
    walked.walk()
    yield walked
    memory.clear()


def not_at_home(found: dict[str, list[str]], homes: dict[str, set[str]]) -> dict[str, list[str]]:
    """What was heard in other places than those that are listed."""
    strays = {
        place: [kind for kind in kinds if place not in homes.get(kind, set())]
        for place, kinds in found.items()
    }
    return {place: kinds for place, kinds in strays.items() if kinds}


def answered(journey: Journey) -> dict[str, list[str]]:
    places = [(f"{answer.method} {answer.path}", answer.text) for answer in journey.ear.answers]
    return found_in(journey.ear.canaries, places)


@pytest.mark.requirement("L03", "H02", "H03", "C06", "B06", "E04")
def test_no_secret_of_a_life_with_an_account_strays(journey: Journey, lines: io.StringIO) -> None:
    canaries = journey.ear.canaries
    kinds = {canary.kind for canary in canaries}
    assert kinds >= {*ANSWERS, "password", "code", "client secret", "verifier"}, (
        "the journey planted them all"
    )
    strays = {
        place: [kind for kind in found if not re.match(ANSWERS.get(kind, "nowhere"), place)]
        for place, found in answered(journey).items()
    }
    assert {place: found for place, found in strays.items() if found} == {}
    assert not_at_home(journey.ear.heard_in_cache(), CACHE) == {}
    assert not_at_home(found_in(canaries, journey.cells), TABLES) == {}
    assert found_in(canaries, [("log", lines.getvalue())]) == {}
    assert len(lines.getvalue()) > 10_000
    _nobody_else_sees_any(journey)


def _nobody_else_sees_any(journey: Journey) -> None:
    """Not an operator with every right, on every page there is; not somebody else who is signed in."""
    operator = sign_in_operator(Client())
    assert found_in(journey.ear.canaries, admin_pages(operator)) == {}
    other = Client()
    sign_in_as(other, create_person(phone="+97688110001", password=None, phone_proven_at=timezone.now()))
    pages = ((path, other.get(path)) for path in sorted(set(addresses())) if not path.startswith("/admin/"))
    texts = [(path, "" if page.streaming else page.content.decode(errors="replace")) for path, page in pages]
    assert len(texts) > 80
    assert found_in(journey.ear.canaries, texts) == {}


@pytest.mark.requirement("L03")
def test_a_canary_would_be_heard() -> None:
    planted = {Canary("code", "493817"), Canary("password", "a canary")}
    assert found_in(planted, [("a", "code=493817&x"), ("b", "this is a canary!")]) == {
        "a": ["code"],
        "b": ["password"],
    }
    assert found_in(planted, [("time", "12:00:00.493817"), ("digest", "ab493817ff")]) == {}


@pytest.mark.requirement("L03")
def test_what_is_given_to_the_broker_can_hold_nothing() -> None:
    """Workers are told to look into the tables; a message in the broker has no words of its own."""
    celery.loader.import_default_modules()
    tasks = {name: task for name, task in celery.tasks.items() if not name.startswith("celery.")}
    assert {"messaging_app.relay", "jwt_app.rotate", "auth_server_django.cleanup"} <= set(tasks)
    assert [name for name, task in tasks.items() if inspect.signature(task.run).parameters] == []
    scheduled = celery.conf.beat_schedule.values()
    assert {entry["task"] for entry in scheduled} == set(tasks)
    assert [entry for entry in scheduled if entry.get("args") or entry.get("kwargs")] == []
