"""No text of a caller becomes a name in a query: not a field, not an order, not an alias (L08).

Django quotes values, but takes names as they come: `filter(**given)`, `order_by(given)` and `annotate(**given)` have
been ways in more than once (CVE-2025-57833, CVE-2025-64459, CVE-2026-1287). So names are written where they are used;
the few places that take them from elsewhere in the code are listed here, with where from.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture import source

pytestmark = pytest.mark.requirement("L08")

# Keyword arguments of these are names of fields, …
BY_KEYWORD = {"filter", "exclude", "get", "get_or_create", "update_or_create", "update", "create", "annotate", "aggregate", "alias", "Q"}  # fmt: skip # noqa: E501
# … and so are texts handed to these.
BY_POSITION = {"order_by", "values", "values_list", "only", "defer", "select_related", "prefetch_related", "distinct", "F", "OuterRef", "earliest", "latest"}  # fmt: skip # noqa: E501
RAW = {"raw", "extra", "RawSQL"}
ARGUMENTS = "keyword arguments of the function itself, written by those who call it"
FROM_THE_CODE = {
    "accounts_app/email_changes.py: update": ARGUMENTS,
    "accounts_app/forget.py: filter": "the relations of the models to people",
    "accounts_app/phone_changes.py: update": ARGUMENTS,
    "accounts_app/profile.py: update": "the table of the fields of a profile",
    "accounts_app/services.py: update": ARGUMENTS,
    "core_app/cleanup.py: values_list": "the order that the room gave its old rows",
    "core_app/together.py: values": "no query: the parameters of a row",
    "custom_scopes_and_policies_app/stored_requests.py: update": ARGUMENTS,
    "limits_app/lock_store.py: update": "the fields of a tally",
    "messaging_app/claims.py: update": ARGUMENTS,
    "messaging_app/personal_data.py: values": "a constant",
    "mfa_app/selectors.py: filter": "a condition written beside it",
    "obligations_app/activity.py: only": "a constant",
    "obligations_app/audiences.py: only": "a constant",
    "obligations_app/folding.py: create": "the facts of an event, whose names are those of the emitter",
    "obligations_app/folding.py: filter": "the columns by which refusals are folded",
    "obligations_app/log_export.py: values": "a constant",
    "obligations_app/management/commands/log_export.py: filter": "a table of options to columns",
    "obligations_app/personal_data.py: only": "a constant",
    "obligations_app/rollups.py: Q": "a name written by those who call it",
    "obligations_app/rollups.py: update": "a name written by those who call it",
    "otp_app/store.py: update": "the fields of a line",
    "sessions_app/devices.py: filter": "a condition written beside it",
}


def test_names_in_queries_are_written_in_the_code() -> None:
    found = set(_names_from_elsewhere())
    assert found - set(FROM_THE_CODE) == set(), (
        "write the name where it is used, or say here where it comes from"
    )
    assert set(FROM_THE_CODE) - found == set(), "these are not needed any more"


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("rows.filter(**request.GET.dict())", True),
        ("rows.annotate(**{request.GET['as']: Count('pk')})", True),
        ("rows.order_by(request.GET['sort'])", True),
        ("rows.order_by(sort)", True),
        ("rows.values_list(*request.GET.getlist('column'))", True),
        ("Q(**{f'{name}__lt': 1})", True),
        ("rows.order_by(f'-{sort}')", True),
        ("rows.extra(where=['1=1'])", True),
        ("rows.filter(sub=request.GET['sub'])", False),
        ("rows.order_by('-at', F('pk').desc())", False),
        ("form.get('name')", False),
    ],
)
def test_a_name_that_a_caller_gives_would_be_found(line: str, is_found: bool) -> None:
    assert bool(list(_found_in(ast.parse(line)))) is is_found


def _names_from_elsewhere() -> Iterator[str]:
    for room in source.rooms():
        for path in source.product_files():
            if path.is_relative_to(room):
                yield from (f"{source.place(path)}: {name}" for name in _found_in(source.tree_of(path)))


def _found_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
            if _takes_names_from_elsewhere(node, name):
                yield name


def _takes_names_from_elsewhere(call: ast.Call, name: str) -> bool:
    if name in BY_KEYWORD:
        return any(word.arg is None for word in call.keywords)
    if name in BY_POSITION:
        return any(_may_be_given(argument) for argument in call.args)
    return name in RAW


def _may_be_given(argument: ast.expr) -> bool:
    """A written text is not, nor an expression of the ORM that is built here; those are looked at themselves."""
    if isinstance(argument, ast.Call):
        return getattr(argument.func, "attr", "") in {"get", "getlist", "format", "join"}
    return not isinstance(argument, ast.Constant)
