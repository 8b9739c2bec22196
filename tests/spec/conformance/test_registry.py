"""No module of the plans is forgotten, and no test names one that is not there."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.conformance import (
    ROOT,
    Plan,
    Unsupported,
    name_of_test,
    read_plans,
    read_skipped,
    read_unsupported,
)

PLANS = read_plans()
FOLDERS = sorted({plan.folder for plan in PLANS})


def modules_played_in(folder: str) -> list[str]:
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob("test_*.py"))]
    return re.findall(r"^def (test_oidcc_\w+)\(", "\n".join(sources), re.MULTILINE)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.title)
def test_each_module_of_a_plan_has_one_test(plan: Plan) -> None:
    found = modules_played_in(plan.folder)
    assert [module for module in plan.modules if found.count(name_of_test(module)) != 1] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_test_has_its_module(folder: str) -> None:
    known = {name_of_test(module) for plan in PLANS if plan.folder == folder for module in plan.modules}
    assert set(modules_played_in(folder)) <= known


def test_what_is_skipped_is_a_module_with_a_reason() -> None:
    known = {module for plan in PLANS for module in plan.modules}
    assert set(read_skipped()) <= known
    assert all(read_skipped().values())


def test_the_plans_have_as_many_modules_as_the_suite() -> None:
    assert {plan.title: len(set(plan.modules)) for plan in PLANS} == {
        "Basic OP": 38,
        "Form Post OP": 38,
        "Config OP": 1,
        "RP-Initiated Logout OP": 11,
        "Back-Channel Logout OP": 2,
        "Front-Channel Logout OP": 2,
        "Session Management OP": 2,
    }


@pytest.mark.requirement("D12")
@pytest.mark.parametrize("row", read_unsupported(), ids=lambda row: row.name)
def test_what_is_not_supported_is_not_advertised(row: Unsupported, server: None) -> None:
    document: dict[str, Any] = Client().get("/.well-known/openid-configuration").json()
    assert [member for member in row.members if member in document] == []
    for member, values in row.values.items():
        said = document.get(member, [])
        assert not [value for value in values if value in (said if isinstance(said, list) else [said])]
