"""What an operation asks of a good token, and the challenge when it asks for more (RFC 6750 §3.1, RFC 9470 §3)."""

import time
from typing import Any

import pytest

from tests.resource_server.conftest import MakeGuard
from tests.resource_server.fake_issuer import FakeIssuer
from token_guard import (
    Guard,
    GuardError,
    InsufficientScope,
    InsufficientUserAuthentication,
    Requirement,
    require,
)

STEP_UP = 'Bearer error="insufficient_user_authentication", error_description='


def refusal(guard: Guard, issuer: FakeIssuer, requirement: Requirement, **claims: Any) -> GuardError | None:
    try:
        guard.check(f"Bearer {issuer.token(**claims)}", requirement)
    except GuardError as error:
        return error
    return None


@pytest.mark.requirement("F44")
@pytest.mark.parametrize(
    ("requirement", "claims"),
    [
        (require(), {"scope": None}),
        (require("read"), {}),
        (require("read", "write"), {}),
        (require(level={"read": "everything"}), {}),
        (require(level={"read": ["summary", "everything"]}), {"policies": {"read": "summary"}}),
        (require(acr="aal1"), {"acr": "aal2"}),
        (require(acr="aal2"), {"acr": "aal2"}),
        (require(acr="urn:our:own"), {"acr": "urn:our:own"}),
        (require(max_age=300), {}),
    ],
)
def test_enough_is_enough(
    guard: Guard, issuer: FakeIssuer, requirement: Requirement, claims: dict[str, Any]
) -> None:
    assert refusal(guard, issuer, requirement, **claims) is None


@pytest.mark.requirement("F44")
@pytest.mark.parametrize(
    ("requirement", "claims"),
    [
        (require("admin"), {}),
        (require("read", "admin"), {}),
        (require("rea"), {}),
        (require("read"), {"scope": None}),
        (require("read"), {"scope": ["read"]}),
        (require(level={"read": "everything"}), {"policies": {"read": "summary"}}),
        (require(level={"read": "everything"}), {"policies": None}),
        (require(level={"read": "everything"}), {"policies": ["everything"]}),
        (require(level={"read": "everything"}), {"scope": "openid"}),
        (require(level={"read": "every"}), {}),
    ],
)
def test_a_missing_scope_or_level_is_403(
    guard: Guard, issuer: FakeIssuer, requirement: Requirement, claims: dict[str, Any]
) -> None:
    error = refusal(guard, issuer, requirement, **claims)
    assert isinstance(error, InsufficientScope)
    assert error.status == 403
    assert error.payload["error"] == "insufficient_scope"
    challenge = error.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer error="insufficient_scope", error_description="')
    assert challenge.endswith(f'scope="{" ".join(requirement.scopes)}"')


@pytest.mark.requirement("F44")
@pytest.mark.parametrize(
    ("requirement", "claims", "parameters"),
    [
        (require(acr="aal2"), {}, 'acr_values="aal2"'),
        (require(acr="aal2"), {"acr": None}, 'acr_values="aal2"'),
        (require(acr="aal2"), {"acr": "aal3"}, 'acr_values="aal2"'),
        (require(acr="aal3"), {"acr": "aal2"}, 'acr_values="aal3"'),
        (require(acr="aal2", max_age=60), {}, 'acr_values="aal2", max_age="60"'),
        (require(max_age=60), {"auth_time": int(time.time()) - 3600}, 'max_age="60"'),
        (require(max_age=60), {"auth_time": None}, 'max_age="60"'),
        (require(acr="aal1", max_age=0), {"auth_time": 1}, 'acr_values="aal1", max_age="0"'),
    ],
)
def test_a_weak_or_old_sign_in_is_a_step_up_challenge(
    guard: Guard, issuer: FakeIssuer, requirement: Requirement, claims: dict[str, Any], parameters: str
) -> None:
    error = refusal(guard, issuer, requirement, **claims)
    assert isinstance(error, InsufficientUserAuthentication)
    assert error.status == 401
    challenge = error.headers["WWW-Authenticate"]
    assert challenge.startswith(STEP_UP)
    assert challenge.endswith(f'", {parameters}')
    assert "invalid_token" not in challenge


def test_a_missing_scope_is_told_before_a_weak_sign_in(guard: Guard, issuer: FakeIssuer) -> None:
    assert isinstance(refusal(guard, issuer, require("admin", acr="aal2")), InsufficientScope)


def test_the_order_of_strengths_can_be_ones_own(make_guard: MakeGuard, issuer: FakeIssuer) -> None:
    guard = make_guard(acr_ladder=("bronze", "silver", "gold"))
    assert refusal(guard, issuer, require(acr="silver"), acr="gold") is None
    assert refusal(guard, issuer, require(acr="silver"), acr="bronze") is not None
    assert refusal(guard, issuer, require(acr="silver"), acr="aal2") is not None


def test_a_requirement_cannot_break_out_of_its_challenge(guard: Guard, issuer: FakeIssuer) -> None:
    error = refusal(guard, issuer, require('a"b\r\nX-Evil: 1'))
    assert error is not None
    assert error.headers["WWW-Authenticate"].endswith('scope="abX-Evil: 1"')


def test_a_negative_age_is_no_requirement() -> None:
    with pytest.raises(ValueError, match="max_age"):
        require(max_age=-1)
