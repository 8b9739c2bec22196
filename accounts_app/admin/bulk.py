"""The same actions for several people of the list: asked first, each person by themselves, those one may not act on
left out.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_app.admin.deeds import deed_of, may, operator_of, perform
from accounts_app.models import User
from core_app.deeds import OperatorAction, operator_actions
from core_app.errors import AppError

# As many as one page of the list shows: every one of them is read before the button is pressed.
MOST_PEOPLE = 100
QUESTION = "admin/accounts_app/user/act_on_many.html"
BulkAction = Callable[["ModelAdmin[User]", HttpRequest, QuerySet[User]], HttpResponse | None]


def actions_for(operator: User) -> dict[str, tuple[BulkAction, str, str]]:
    """By name, as Django's list wants them: what this operator may do for several people."""
    return {
        action.key: (partial(_run, action), action.key, str(action.label))
        for action in operator_actions().values()
        if action.is_for_many and operator.has_perm(action.permission)
    }


def is_forbidden(name: str, operator: User) -> bool:
    """Whether there is such an action, and this operator may not do it."""
    action = operator_actions().get(name)
    return action is not None and not operator.has_perm(action.permission)


def _run(
    action: OperatorAction, site: "ModelAdmin[User]", request: HttpRequest, queryset: QuerySet[User]
) -> HttpResponse | None:
    operator = operator_of(request)
    people = list(queryset[: MOST_PEOPLE + 1])
    if len(people) > MOST_PEOPLE:
        said = _("Choose at most %(count)d people.") % {"count": MOST_PEOPLE}
        messages.error(request, said)
        return None
    allowed = [
        person
        for person in people
        if may(action, person=person, operator=operator) and action.is_offered(person)
    ]
    if request.POST.get("confirmed") != "yes":
        return _ask(action, site, request, allowed, left_out=len(people) - len(allowed))
    _carry_out(action, request, allowed)
    return None


def _ask(
    action: OperatorAction,
    site: "ModelAdmin[User]",
    request: HttpRequest,
    people: list[User],
    *,
    left_out: int,
) -> HttpResponse:
    context: dict[str, Any] = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": action.label,
        "action": action,
        "people": people,
        "left_out": left_out,
        # What happens to one of them only is said as well.
        "consequences": list(
            dict.fromkeys(str(text) for one in people for text in action.consequences(one, ""))
        ),
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, QUESTION, context)


def _carry_out(action: OperatorAction, request: HttpRequest, people: list[User]) -> None:
    done = 0
    for person in people:
        try:
            perform(action, deed_of(request, person))
            done += 1
        except AppError as error:
            messages.warning(request, f"{person}: {error.message}")
    said = ngettext("%(what)s: %(count)d person.", "%(what)s: %(count)d people.", done)
    messages.success(request, said % {"what": action.label, "count": done})
