"""Where the flow ends: session, tokens and record come to be together or not at all."""

from typing import Any

import pytest
from django.http import HttpRequest

from accounts_app.models import User
from core_app.caller import Caller
from core_app.errors import Unavailable
from custom_scopes_and_policies_app.clients import create_client, forget_cached_clients
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application, RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.login import StepNeeded, complete_for_app
from sessions_app.models import Device, SsoSession
from sessions_app.pending import PendingLogin
from tests.phone_api.app import PASSWORD, PhoneApp, assert_problem

BINDING = "b" * 64


class SecondFactor:
    """A login step that everybody still has to pass."""

    name = "second_factor"

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        return "otp" not in pending.proofs

    def url(self, pending: PendingLogin) -> str:
        return "/second/"


def sign_in(person: User, **fields: Any) -> dict[str, object]:
    return complete_for_app(
        user=person, methods=["pwd"], binding=BINDING, caller=Caller(ip="10.0.0.1"), **fields
    )


def assert_nothing_was_written() -> None:
    assert not SsoSession.objects.exists()
    assert not Device.objects.exists()
    assert not RefreshToken.objects.exists()
    assert not OAuthTokenLog.objects.filter(event__in=["session.started", "token.issued"]).exists()


@pytest.mark.requirement("F21", "F60")
def test_session_and_tokens_are_written_with_their_records(person: User) -> None:
    answer = sign_in(person)
    session = SsoSession.objects.get()
    family = RefreshToken.objects.get()
    assert (family.session_id, family.user_id, family.acr) == (session.sid, person.pk, "aal1")
    assert answer["token_type"] == "Bearer"
    assert OAuthTokenLog.objects.filter(event="token.issued").count() == 1


def test_a_missing_client_takes_the_session_back(person: User) -> None:
    Application.objects.all().delete()
    forget_cached_clients()
    with pytest.raises(Unavailable):
        sign_in(person)
    assert_nothing_was_written()


def test_only_a_public_client_of_our_own_may_be_named(person: User, app: Application) -> None:
    create_client(name="Ours", client_id="ours", is_first_party=True)
    for client_id in ("notes", "ours", "nobody"):
        with pytest.raises(Unavailable):
            sign_in(person, client_id=client_id)
    assert_nothing_was_written()


def test_a_login_step_that_is_missing_is_not_skipped(
    phone_app: PhoneApp, person: User, settings: Any
) -> None:
    settings.LOGIN_STEPS = [f"{__name__}.SecondFactor"]
    with pytest.raises(StepNeeded):
        sign_in(person)
    assert_problem(phone_app.log_in(password=PASSWORD), 403, "login_step_needed")
    assert_nothing_was_written()


def test_a_failing_issuer_leaves_the_session_of_the_flow_to_try_again(
    phone_app: PhoneApp, person: User
) -> None:
    session_id = phone_app.begin()
    Application.objects.filter(client_id="first-party").update(is_enabled=False)
    forget_cached_clients()
    answer = phone_app.post("login", session_id=session_id, password=PASSWORD)
    assert_problem(answer, 503, "temporarily_unavailable")
    assert answer["Retry-After"] == "60"
    Application.objects.filter(client_id="first-party").update(is_enabled=True)
    forget_cached_clients()
    assert phone_app.post("login", session_id=session_id, password=PASSWORD).status_code == 200


def test_the_client_is_made_once(person: User) -> None:
    assert ensure_first_party_client().pk == ensure_first_party_client().pk
    client = ensure_first_party_client()
    assert (client.is_confidential, client.grant_types, client.is_first_party) == (
        False,
        ["refresh_token"],
        True,
    )
