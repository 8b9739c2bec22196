"""The page that ties requirements to tests tells neither more nor less than there is."""

from tests.compliance import Group, as_page, read_groups, unknown_ids

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
