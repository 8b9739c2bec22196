"""The page that ties requirements to tests tells neither more nor less than there is."""

from tests.compliance import Group, as_page, read_groups, unknown_ids
from tests.conformance import Plan, plans_as_page, read_plans, read_unsupported, unsupported_as_page

GROUPS = [
    Group("Codes", {"G01": "Codes are random", "G02": "Codes live for minutes"}),
    Group("Twins", {"feature:F01": "One", "login:F01": "Two"}),
]
TESTS = {"G01": {"tests/otp/test_engine.py::test_codes_differ", "tests/otp/test_api.py::TestSend::test_it"}}


def test_a_held_requirement_names_its_tests() -> None:
    page = as_page(GROUPS, TESTS)
    assert (
        "| G01 | Codes are random | [`TestSend::test_it`](../tests/otp/test_api.py)<br>[`test_codes_differ`]"
        in page
    )
    assert "1 of 4 requirements have tests" in page


def test_a_requirement_without_a_test_is_not_claimed() -> None:
    page = as_page(GROUPS, TESTS)
    assert "No test yet: G02." in page
    assert "Codes live for minutes" not in page


def test_an_unknown_id_is_reported_with_what_may_be_meant() -> None:
    assert unknown_ids(GROUPS, ["G01", "F01", "Z99"]) == {"F01": ["feature:F01", "login:F01"], "Z99": []}


def test_no_id_is_listed_twice() -> None:
    ids = [requirement for group in read_groups() for requirement in group.rows]
    assert len(ids) == len(set(ids)) > 150


PLAN = Plan("Basic", "basic-plan", "tests/spec/basic", ("oidcc-server", "oidcc-userinfo-get"))


def test_a_module_leads_to_its_test_and_one_without_is_named() -> None:
    tests = {
        "test_oidcc_server": [
            "tests/x/test_a.py::test_oidcc_server",
            "tests/spec/basic/test_b.py::test_oidcc_server",
        ]
    }
    page = plans_as_page([PLAN], {"oidcc-server": "not offered"}, tests)
    assert "| `oidcc-server` | [`test_b.py`](../tests/spec/basic/test_b.py) | left out: not offered |" in page
    assert "1 of 2 modules have their test" in page
    assert "No test yet: oidcc-userinfo-get." in page


def test_a_plan_that_repeats_another_says_so() -> None:
    (basic, form_post) = [plan for plan in read_plans() if "OP" in plan.title][:2]
    assert form_post.modules == basic.modules
    assert "the modules of Basic OP once more" in plans_as_page([form_post], {}, {})


def test_what_is_not_supported_has_its_standard_and_its_reason() -> None:
    rows = read_unsupported()
    assert all(row.reason.endswith(".") for row in rows)
    assert (
        "| Unsigned tokens | `alg: none` | A token that nobody signed says nothing. |"
        in unsupported_as_page(rows)
    )
