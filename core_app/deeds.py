"""What operators may do for a person: each room contributes its actions, and one place asks, checks and records.

    # accounts_app/operator_actions.py
    def actions() -> list[OperatorAction]:
        return [OperatorAction(key="lock", permission="accounts_app.lock_person", ...)]

An action has a permission of its own, says beforehand what it ends, and writes an event that names the operator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core_app.caller import Caller
from core_app.contributions import modules
from core_app.errors import AppError
from core_app.events import AuditSignal

Text = str | Promise


class NothingToDo(AppError):
    """Somebody else was faster, or there is nothing that the action could change: nothing is recorded."""

    code = "nothing_to_do"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several ways to carry an action out."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One carrying out. `target` names one of the person's things (a session, an app), `choice` one of the choices."""

    person: Any
    operator: Any
    caller: Caller
    target: str = ""
    choice: str = ""


def _always(person: Any) -> bool:
    return True


def _no_choices(person: Any) -> Sequence[Choice]:
    return ()


def _no_facts(deed: Deed) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAction:
    """A button on the person's page.

    `consequences(person, target)` are the sentences of the page that asks; it raises NotFound for a target that is not
    the person's. `carry_out` runs in a transaction, returns the sentence that is shown afterwards and raises AppError
    where it cannot be done. `facts` are further fields of the event. With `has_target` the button stands in a panel's
    row; with `is_for_many` the action can be chosen for several people in the list.
    """

    key: str
    label: Text
    permission: str
    event: AuditSignal
    consequences: Callable[[Any, str], Sequence[Text]]
    carry_out: Callable[[Deed], Text]
    is_offered: Callable[[Any], bool] = _always
    choices: Callable[[Any], Sequence[Choice]] = _no_choices
    facts: Callable[[Deed], Mapping[str, Any]] = _no_facts
    has_target: bool = False
    is_for_many: bool = False
    position: int = 100


def operator_actions() -> dict[str, OperatorAction]:
    """Every installed room's actions by key, in order."""
    found = [action for module in modules("operator_actions") for action in module.actions()]
    return {action.key: action for action in sorted(found, key=_position)}


def _position(action: OperatorAction) -> int:
    return action.position
