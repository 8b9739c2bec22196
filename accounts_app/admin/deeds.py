"""The one place where an operator's action is allowed, carried out and recorded."""

from dataclasses import dataclass

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from accounts_app.models import User
from core_app.caller import caller_of
from core_app.deeds import Deed, OperatorAction, Text, operator_actions
from core_app.transactions import run_in_transaction


@dataclass(frozen=True, slots=True)
class Button:
    """A link to the page that asks."""

    label: Text
    url: str


def operator_of(request: HttpRequest) -> User:
    """Who is asking. Raises PermissionDenied for nobody: the site lets only operators in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def is_protected(person: User, operator: User) -> bool:
    """One's own account is looked after in "my account", another operator's by superusers only (L05)."""
    if person.pk == operator.pk:
        return True
    return (person.is_staff or person.is_superuser) and not operator.is_superuser


def may(action: OperatorAction, *, person: User, operator: User) -> bool:
    """Whether this operator may do this for this person."""
    return operator.has_perm(action.permission) and not is_protected(person, operator)


def buttons_for(person: User, operator: User) -> list[Button]:
    """The buttons on the person's page: those that may be pressed and would change something."""
    return [
        Button(action.label, url_of(action, person))
        for action in operator_actions().values()
        if not action.has_target
        and may(action, person=person, operator=operator)
        and action.is_offered(person)
    ]


def url_of(action: OperatorAction, person: User, target: str = "") -> str:
    """The page that asks before the action is carried out."""
    arguments = [person.pk, action.key, *([target] if target else [])]
    name = "admin:accounts_app_user_act_on" if target else "admin:accounts_app_user_act"
    return reverse(name, args=arguments)


def deed_of(request: HttpRequest, person: User, *, target: str = "", choice: str = "") -> Deed:
    """This operator's carrying out, for this person."""
    operator = operator_of(request)
    return Deed(person=person, operator=operator, caller=caller_of(request), target=target, choice=choice)


def perform(action: OperatorAction, deed: Deed) -> Text:
    """Carry it out with its event and its line in the person's history, or not at all; returns what to say.

    Raises PermissionDenied, and AppError where it cannot be done.
    """
    if not may(action, person=deed.person, operator=deed.operator):
        raise PermissionDenied

    def work() -> Text:
        said = action.carry_out(deed)
        _write_history(action, deed)
        action.event.emit(
            user_id=deed.person.pk,
            subject=by_operator(deed.operator),
            reason=deed.choice,
            caller=deed.caller,
            **action.facts(deed),
        )
        return said

    return run_in_transaction(work)


def by_operator(operator: User) -> str:
    """Who did it, as events say it."""
    return f"by operator {operator.sub}"


def _write_history(action: OperatorAction, deed: Deed) -> None:
    LogEntry.objects.log_actions(
        deed.operator.pk, [deed.person], CHANGE, change_message=str(action.label), single_object=True
    )
