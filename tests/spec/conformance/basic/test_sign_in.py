"""The basic and form_post plans: when a person is asked again, and when nobody may be (OIDC Core §3.1.2.1)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.spec.conformance.relying_party import RelyingParty

pytestmark = pytest.mark.requirement("A11", "feature:F06")


def later(seconds: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_oidcc_prompt_login(rp: RelyingParty) -> None:
    """`prompt=login` asks a person who is signed in to do it again, and `auth_time` says so."""
    first = rp.sign_in()
    with later(2):
        second = rp.sign_in(prompt="login")
    assert second.response.pages == ("login",)
    assert second.identity["sub"] == first.identity["sub"]
    assert second.identity["auth_time"] > first.identity["auth_time"]


def test_oidcc_prompt_none_not_logged_in(rp: RelyingParty) -> None:
    """`prompt=none` without a sign-in is `login_required`, and no page is shown."""
    response = rp.authorize(prompt="none")
    assert response.error == "login_required"
    assert response.pages == ()


def test_oidcc_prompt_none_logged_in(rp: RelyingParty) -> None:
    """`prompt=none` with a sign-in gives a code about the same sign-in, and no page is shown."""
    first = rp.sign_in()
    with later(2):
        second = rp.sign_in(prompt="none")
    assert second.response.pages == ()
    assert second.identity["sub"] == first.identity["sub"]
    assert second.identity["auth_time"] == first.identity["auth_time"]


def test_oidcc_max_age_1(rp: RelyingParty) -> None:
    """A sign-in older than `max_age` is not enough: the person is asked again."""
    first = rp.sign_in()
    with later(3):
        second = rp.sign_in(max_age="1")
    assert second.response.pages == ("login",)
    assert second.identity["auth_time"] > first.identity["auth_time"]


def test_oidcc_max_age_10000(rp: RelyingParty) -> None:
    """A sign-in younger than `max_age` is enough, and `auth_time` stays."""
    first = rp.sign_in(max_age="15000")
    with later(2):
        second = rp.sign_in(max_age="10000")
    assert second.response.pages == ()
    assert second.identity["auth_time"] == first.identity["auth_time"]


def test_oidcc_id_token_hint(rp: RelyingParty) -> None:
    """`prompt=none` with the ID token of the person who is signed in gives a code about that person."""
    first = rp.sign_in()
    second = rp.sign_in(prompt="none", id_token_hint=first.tokens["id_token"])
    assert second.response.pages == ()
    assert second.identity["sub"] == first.identity["sub"]


def test_oidcc_login_hint(rp: RelyingParty) -> None:
    """A `login_hint` that means nothing here does no harm."""
    assert rp.sign_in(login_hint="buffy@testserver").response.pages == ("login", "consent")


def test_oidcc_ensure_request_with_acr_values_succeeds(rp: RelyingParty) -> None:
    """Levels of assurance that are offered may be wished for, and the ID token says which was reached."""
    offered = rp.metadata["acr_values_supported"]
    assert rp.sign_in(acr_values=" ".join(offered)).identity["acr"] in offered
    assert rp.sign_in(acr_values="no-such-level").identity["acr"] in offered
