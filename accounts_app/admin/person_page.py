"""The page of one person: who they are, how the account stands, what may be done, and what the rooms know of them."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts_app.admin.deeds import (
    buttons_for,
    deed_of,
    is_protected,
    may,
    operator_of,
    perform,
    url_of,
)
from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from accounts_app.status import standing_of
from core_app.deeds import OperatorAction, operator_actions
from core_app.errors import AppError, NotFound
from core_app.panels import Panel, PanelRow, panels_of

PAGE = "admin/accounts_app/user/person.html"
QUESTION = "admin/accounts_app/user/act.html"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A panel's row with the address of its button; "" where there is none."""

    cells: list[tuple[object, bool]]
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel as the template shows it. `has_buttons`: the table needs a column for them."""

    panel: Panel
    rows: list[ShownRow]
    has_buttons: bool


def show(site: "ModelAdmin[User]", request: HttpRequest, object_id: str) -> HttpResponse:
    """The page. It changes nothing itself."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    person, operator = _person(site, request, object_id), operator_of(request)
    context = {
        **_frame(site, request, person),
        "title": str(person),
        "subtitle": None,
        "masked_phone": mask_phone(person.phone) if person.phone else "",
        "standings": standing_of(person),
        "buttons": buttons_for(person, operator),
        "is_own": person.pk == operator.pk,
        "is_protected": is_protected(person, operator),
        "may_change": site.has_change_permission(request, person),
        "panels": [_shown(panel, person, operator) for panel in panels_of(person, operator)],
    }
    return TemplateResponse(request, PAGE, context)


def act(
    site: "ModelAdmin[User]", request: HttpRequest, object_id: str, *, key: str, target: str
) -> HttpResponse:
    """GET asks and says what will end; POST does it. What cannot be done is said on the person's page."""
    person, action = _person(site, request, object_id), _action(key, target)
    if not may(action, person=person, operator=operator_of(request)):
        raise PermissionDenied
    try:
        consequences = action.consequences(person, target)
        if request.method != "POST":
            return _ask(site, request, person, action, consequences)
        choice = request.POST.get("choice", "")
        if not _is_choice(action, person, choice):
            return _ask(site, request, person, action, consequences, error=_("Choose one."))
        messages.success(
            request, str(perform(action, deed_of(request, person, target=target, choice=choice)))
        )
    except NotFound as error:
        raise Http404 from error
    except AppError as error:
        messages.error(request, str(error.message))
    return HttpResponseRedirect(reverse("admin:accounts_app_user_change", args=[person.pk]))


def _ask(
    site: "ModelAdmin[User]",
    request: HttpRequest,
    person: User,
    action: OperatorAction,
    consequences: Any,
    *,
    error: str = "",
) -> HttpResponse:
    context = {
        **_frame(site, request, person),
        "title": action.label,
        "action": action,
        "consequences": consequences,
        "choices": action.choices(person),
        "error": error,
    }
    status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
    return TemplateResponse(request, QUESTION, context, status=status)


def _person(site: "ModelAdmin[User]", request: HttpRequest, object_id: str) -> User:
    if not site.has_view_permission(request):
        raise PermissionDenied
    person = site.get_object(request, object_id)
    if person is None:
        raise Http404
    return person


def _action(key: str, target: str) -> OperatorAction:
    action = operator_actions().get(key)
    if action is None or action.has_target != bool(target):
        raise Http404
    return action


def _is_choice(action: OperatorAction, person: User, choice: str) -> bool:
    values = [offered.value for offered in action.choices(person)] or [""]
    return choice in values


def _frame(site: "ModelAdmin[User]", request: HttpRequest, person: User) -> dict[str, Any]:
    return {**site.admin_site.each_context(request), "opts": site.opts, "original": person, "person": person}


def _shown(panel: Panel, person: User, operator: User) -> ShownPanel:
    rows = [_shown_row(row, person, operator) for row in panel.rows]
    return ShownPanel(panel, rows, has_buttons=any(row.url for row in rows))


def _shown_row(row: PanelRow, person: User, operator: User) -> ShownRow:
    cells = [(cell, isinstance(cell, datetime)) for cell in row.cells]
    action = operator_actions().get(row.action) if row.action else None
    if action is None or not may(action, person=person, operator=operator):
        return ShownRow(cells, "", "")
    return ShownRow(cells, str(action.label), url_of(action, person, row.target))
