"""`SCOPES`, `DEFAULT_SCOPES` and `POLICY_LEVELS`: what a new installation starts with, and what is refused of it."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from core_app.conf import Setting
from custom_scopes_and_policies_app.checks import check_policy_levels
from custom_scopes_and_policies_app.conf import DeskSettings
from custom_scopes_and_policies_app.level_seeds import read_policy_levels
from custom_scopes_and_policies_app.models import PolicyLevel, Scope
from custom_scopes_and_policies_app.seeds import seed_scopes

LEVELS = {
    "orders": [
        {"value": "own", "label": "Your own", "limits": {"max_amount": 100}},
        {"value": "all", "label": "All", "description": "Of the whole shop", "required_acr": "aal2"},
    ],
    "phone": [
        {"value": "hidden", "label": "Not at all", "claims": {"phone_number": "omit"}},
        {"value": "full", "label": "Whole number"},
    ],
    "email": [],
}


@pytest.mark.requirement("F50")
def test_without_settings_the_usual_scopes_are_made_once(db: None) -> None:
    assert seed_scopes() == 9
    assert list(Scope.objects.values_list("name", flat=True)) == [
        "openid", "profile", "email", "phone", "address", "offline_access", "read", "write", "admin",
    ]  # fmt: skip
    assert [level.value for level in PolicyLevel.objects.filter(scope__name="phone")] == ["masked", "full"]
    Scope.objects.filter(name="read").update(label="Edited")
    assert seed_scopes() == 0
    assert Scope.objects.get(name="read").label == "Edited"


@pytest.mark.requirement("F50")
def test_levels_of_the_setting_take_the_place_of_the_built_in_ones(db: None, settings: Settings) -> None:
    settings.SCOPES = ["openid", "phone", "email", "profile", "orders"]
    settings.POLICY_LEVELS = LEVELS
    seed_scopes()
    own, everything = PolicyLevel.objects.filter(scope__name="orders")
    assert (own.rank, own.limits, own.required_acr) == (1, {"max_amount": 100}, "")
    assert (everything.rank, everything.required_acr, everything.description) == (
        2, "aal2", "Of the whole shop",
    )  # fmt: skip
    hidden = PolicyLevel.objects.get(scope__name="phone", value="hidden")
    assert hidden.claim_filter == {"phone_number": "omit"}
    assert not PolicyLevel.objects.filter(scope__name="email").exists()
    assert PolicyLevel.objects.filter(scope__name="profile").count() == 2
    for level in PolicyLevel.objects.all():
        level.full_clean()


def test_the_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    setting: Setting[dict[str, object]] = DeskSettings.POLICY_LEVELS
    monkeypatch.setenv("POLICY_LEVELS", json.dumps(LEVELS))
    assert setting.from_environment() == LEVELS
    monkeypatch.setenv("POLICY_LEVELS", "")
    assert setting.from_environment() == {}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("{", "not JSON"),
        ("[]", "object of scopes"),
        ({"read": "summary"}, "read: expected a list"),
        ({"read": ["summary"]}, "needs a value and a label"),
        ({"read": [{"value": "a"}]}, "needs a value and a label"),
        ({"read": [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}]}, "two levels"),
        ({"read": [{"value": "a", "label": "A", "claim": {}}]}, "read:a: unknown claim"),
        ({"read": [{"value": "a", "label": "A", "claims": {"email": "mask"}}]}, "masked"),
        ({"read": [{"value": "a", "label": "A", "claims": ["email"]}]}, "masked"),
        ({"read": [{"value": "a", "label": "A", "limits": [1]}]}, "limits"),
        ({"read": [{"value": "a", "label": "A", "required_acr": "aal9"}]}, "aal9"),
    ],
)
def test_a_slip_in_the_setting_is_named_and_releases_nothing(given: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_policy_levels(given if isinstance(given, str) else json.dumps(given))


@pytest.mark.parametrize(
    ("changes", "check_id"),
    [
        ({}, None),
        ({"POLICY_LEVELS": {"read": 5}}, "desk.E006"),
        ({"POLICY_LEVELS": {"reed": []}}, "desk.E007"),
        ({"DEFAULT_SCOPES": ["opened"]}, "desk.E008"),
    ],
)
def test_the_start_up_check_finds_it(
    settings: Settings, changes: dict[str, Any], check_id: str | None
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert [problem.id for problem in check_policy_levels(None)] == ([check_id] if check_id else [])
