"""`manage.py rotate_keys` and the buttons of the admin: the same verbs, with words for operators."""

import json
import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jwt_app import keys
from jwt_app.models import SigningKey
from jwt_app.rotation import rotate
from obligations_app.models import OAuthTokenLog
from tests.operators import sign_in_operator

pytestmark = pytest.mark.requirement("feature:F07")


@pytest.fixture
def first(db: None) -> str:
    return keys.ensure_active_key(algorithm="ES256").kid


@pytest.fixture
def ready_to_rotate(first: str) -> str:
    """The kid of a next key that everybody knows already."""
    rotate()
    let_two_days_pass()
    return SigningKey.objects.get(next_slot="ES256").kid


def let_two_days_pass() -> None:
    """For the next keys alone: the operator's session goes on."""
    published = timezone.now() - timedelta(days=2)
    SigningKey.objects.filter(state=SigningKey.State.NEXT).update(created_at=published)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def run_json(*arguments: str) -> dict[str, Any]:
    return dict(json.loads(run("--json", *arguments)))


def test_the_command_takes_due_steps_and_shows_the_keys(first: str) -> None:
    answer = run_json()
    assert [step["step"] for step in answer["steps"]] == ["published"]
    assert [key["state"] for key in answer["keys"]] == ["next", "active"]
    assert {key["kid"] for key in answer["keys"]} >= {first}
    assert run_json()["steps"] == []
    assert "Nothing was due." in run()


def test_now_does_not_wait_for_the_clock_but_for_the_clients(first: str) -> None:
    assert [step["step"] for step in run_json("--now")["steps"]] == ["published"]
    assert run_json("--now", "--algorithm", "ES256")["steps"] == []
    let_two_days_pass()
    assert [step["step"] for step in run_json("--now")["steps"]] == ["retired", "activated", "published"]


@pytest.mark.requirement("D11")
def test_a_leaked_key_is_revoked_by_its_id(ready_to_rotate: str, first: str) -> None:
    out = run("--revoke", first)
    assert f"revoked    ES256  {first}" in out
    assert keys.active_key("ES256").kid == ready_to_rotate
    assert keys.verification_key(first) is None


@pytest.mark.parametrize(
    "arguments", [("--revoke", "unknown"), ("--algorithm", "RS256"), ("--algorithm", "HS256")]
)
def test_a_mistake_is_said_in_words(first: str, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert keys.active_key("ES256").kid == first


@pytest.mark.requirement("D11")
def test_resealing_is_a_command(first: str) -> None:
    assert run_json("--reseal")["resealed"] == 0


@pytest.mark.requirement("D11")
def test_no_private_part_is_printed_logged_or_dumped(
    ready_to_rotate: str, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        printed = run("--now") + run("--json") + run("--reseal") + repr(keys.active_key("ES256"))
        dumped = StringIO()
        call_command("dumpdata", "jwt_app", stdout=dumped)
    for text in (printed, caplog.text, dumped.getvalue()):
        assert "PRIVATE" not in text
        assert '"d":' not in text
    # Only the seal leaves, which nobody opens without the master key.
    sealed = [row["fields"]["private_sealed"] for row in json.loads(dumped.getvalue())]
    assert all(text == "" or text[4] == "." for text in sealed)


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    return sign_in_operator(client)


LIST = "admin:jwt_app_signingkey_changelist"
ROTATE = "admin:jwt_app_signingkey_rotate"


@pytest.mark.requirement("F61")
def test_operators_see_what_comes_next(ready_to_rotate: str, operator: Client) -> None:
    page = operator.get(reverse(LIST)).content.decode()
    assert "signs from" in page
    assert "is replaced from" in page
    assert reverse(ROTATE) in page


@pytest.mark.requirement("F61")
def test_rotating_asks_first_and_then_does_it(ready_to_rotate: str, first: str, operator: Client) -> None:
    question = operator.get(reverse(ROTATE))
    assert question.status_code == 200
    assert keys.active_key("ES256").kid == first
    answer = operator.post(reverse(ROTATE), follow=True)
    assert f"{ready_to_rotate}: activated" in answer.content.decode()
    assert keys.active_key("ES256").kid == ready_to_rotate
    row = OAuthTokenLog.objects.get(event="key.activated", reason="operator")
    assert row.user_id is not None
    assert row.ip is not None


def test_rotating_too_early_says_why_nothing_happened(first: str, operator: Client) -> None:
    rotate()
    answer = operator.post(reverse(ROTATE), follow=True)
    assert "Nothing was done" in answer.content.decode()
    assert keys.active_key("ES256").kid == first


@pytest.mark.requirement("D11", "F61")
def test_a_key_is_revoked_from_its_page(ready_to_rotate: str, first: str, operator: Client) -> None:
    pk = SigningKey.objects.get(kid=first).pk
    url = reverse("admin:jwt_app_signingkey_revoke", args=[pk])
    assert url in operator.get(reverse("admin:jwt_app_signingkey_change", args=[pk])).content.decode()
    assert operator.get(url).status_code == 200
    assert keys.active_key("ES256").kid == first
    operator.post(url)
    assert keys.active_key("ES256").kid == ready_to_rotate
    assert operator.get(url).status_code == 404
    assert url not in operator.get(reverse("admin:jwt_app_signingkey_change", args=[pk])).content.decode()


@pytest.mark.requirement("L05")
def test_the_buttons_need_their_permissions(ready_to_rotate: str, first: str, client: Client) -> None:
    sign_in_operator(client)
    pk = SigningKey.objects.get(kid=first).pk
    person = client.get(reverse(LIST)).wsgi_request.user
    person.is_superuser = False
    person.save()
    for url in (reverse(ROTATE), reverse("admin:jwt_app_signingkey_revoke", args=[pk])):
        assert client.get(url).status_code == 403
        assert client.post(url).status_code == 403
    assert keys.active_key("ES256").kid == first
