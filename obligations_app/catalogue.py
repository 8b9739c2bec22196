"""What the page of events says of each, read from the code: its room, and which fields its rows have."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings

from core_app.events import AuditSignal

# The arguments of `emit`, in the words of the page and in its order.
FIELDS = {
    "user_id": "person", "client_id": "app", "sid": "session", "family": "family", "jti": "token",
    "grant_type": "grant type", "scopes": "scopes", "policies": "levels", "subject": "about", "reason": "reason",
    "caller": "from where",
}  # fmt: skip


def rooms_of_events() -> dict[str, str]:
    """The room that declares each event."""
    return {name: config.name for config, _variable, name in _declarations()}


def fields_of_events() -> dict[str, list[str]]:
    """The fields that some place in the code fills in, in the words of the page."""
    events = {variable: name for _config, variable, name in _declarations()}
    found: dict[str, set[str]] = defaultdict(set)
    for text in (path.read_text(encoding="utf-8") for path in _sources()):
        if ".emit(" in text:
            _read(ast.parse(text), events, found)
        if "OperatorAction(" in text:
            _read_actions(ast.parse(text), events, found)
    return {
        name: [words for field, words in FIELDS.items() if field in given] for name, given in found.items()
    }


def _declarations() -> Iterator[tuple[AppConfig, str, str]]:
    for config in apps.get_app_configs():
        module = sys.modules.get(f"{config.name}.signals")
        for variable, value in vars(module).items() if module else ():
            if isinstance(value, AuditSignal):
                yield config, variable, value.name


def _sources() -> Iterator[Path]:
    """The files of this project's own rooms."""
    ours = [Path(config.path) for config in apps.get_app_configs()]
    for room in (path for path in ours if path.parent == Path(settings.BASE_DIR)):
        yield from (path for path in room.rglob("*.py") if "migrations" not in path.parts)


def _read(tree: ast.Module, events: dict[str, str], found: dict[str, set[str]]) -> None:
    emitted_by_name, given_to_any = set(), set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "emit":
            continue
        given = {field for keyword in call.keywords for field in _given(keyword, tree)}
        variable = _last_name(call.func.value)
        if variable in events:
            emitted_by_name.add(variable)
            found[events[variable]] |= given
        else:
            given_to_any |= given
    # `signal.emit(…)`, where the signal is one of those that the file names elsewhere.
    for variable in _names(tree) & events.keys() - emitted_by_name:
        found[events[variable]] |= given_to_any


def _read_actions(tree: ast.Module, events: dict[str, str], found: dict[str, set[str]]) -> None:
    """An operator's action hands its event over; one place emits them all (`accounts_app.admin.deeds`)."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        variable = _last_name(given.get("event"))
        if _last_name(call.func) == "OperatorAction" and variable in events:
            found[events[variable]] |= {"user_id", "subject", "reason", "caller"}


def _given(keyword: ast.keyword, tree: ast.Module) -> set[str]:
    """The argument's name; for `**facts` and `**_facts(…)` the keys that are written where it is made."""
    if keyword.arg is not None:
        return {keyword.arg}
    source = keyword.value.func if isinstance(keyword.value, ast.Call) else keyword.value
    name = _last_name(source)
    makers = [node for node in ast.walk(tree) if _makes(node, name)]
    keys = (key for maker in makers for node in ast.walk(maker) for key in _keys(node))
    return {key for key in keys if key in FIELDS}


def _keys(node: ast.AST) -> list[str]:
    """The names in `{"name": …}` and in `Facts(name=…)`."""
    if isinstance(node, ast.Call):
        return [keyword.arg for keyword in node.keywords if keyword.arg]
    if isinstance(node, ast.Dict):
        return [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
    return []


def _makes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name == name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AnnAssign) and name in {_last_name(target) for target in targets}


def _names(tree: ast.Module) -> set[str]:
    names = (_last_name(node) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return set(names)


def _last_name(node: ast.AST | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
