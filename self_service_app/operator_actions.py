"""What operators may do for a person here: disconnect an app, start a recovery."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.identifiers import mask_email, mask_phone
from accounts_app.models import User
from accounts_app.recovery import ACTION_KEY, Way, ways_of
from core_app.deeds import Choice, Deed, NothingToDo, OperatorAction
from core_app.errors import NotFound
from custom_scopes_and_policies_app.logout import end_app
from custom_scopes_and_policies_app.models import Application
from self_service_app.connected_apps import find_app
from self_service_app.recovery import start_recovery
from self_service_app.signals import operator_disconnected_app, recovery_started


def actions() -> list[OperatorAction]:
    """This room's actions."""
    return [RECOVERY, DISCONNECT_APP]


def _disconnect(deed: Deed) -> str:
    app = _app(deed.person, deed.target)
    end_app(user=deed.person, client=app, caller=deed.caller)
    return _("%(app)s is disconnected.") % {"app": app}


def _what_disconnecting_ends(person: User, target: str) -> Sequence[str]:
    app = _app(person, target)
    return [
        _("%(app)s loses its access at once: its tokens are refused.") % {"app": app},
        _("What the person allowed it is taken back. It has to ask again."),
    ]


def _app(person: User, target: str) -> Application:
    """An app that this person has or had connected; every other does not exist here. Raises NotFound."""
    try:
        app = find_app(user=person, public_id=uuid.UUID(target))
    except ValueError:
        app = None
    if app is None:
        raise NotFound(_("There is no such app."))
    return app


def _client_id(deed: Deed) -> Mapping[str, Any]:
    return {"client_id": _app(deed.person, deed.target).client_id}


def _start(deed: Deed) -> str:
    way = Way(deed.choice)
    start_recovery(person=deed.person, way=way, caller=deed.caller)
    return _("A link to set a new password is on its way to %(where)s.") % {"where": _where(deed.person, way)}


def _what_recovery_ends(person: User, target: str) -> Sequence[str]:
    if not ways_of(person):
        raise NothingToDo(
            _("There is nowhere to send a link: this account has neither a number nor a verified address.")
        )
    sentences = [
        _("The person gets a link with which they set a new password, once. You never see it."),
        _("Second factors stay, and are asked for when they sign in."),
    ]
    if person.has_usable_password():
        sentences.insert(0, _("The present password stops working."))
    return [_("Every session ends at once, and with it the access of every app."), *sentences]


def _ways(person: User) -> Sequence[Choice]:
    return [Choice(value=way.value, label=_where(person, way)) for way in ways_of(person)]


def _where(person: User, way: Way) -> str:
    if way is Way.EMAIL:
        return _("their e-mail address, %(address)s") % {"address": mask_email(person.email)}
    return _("their number, %(number)s") % {"number": mask_phone(person.phone or "")}


def _is_open(person: User) -> bool:
    return person.is_active


RECOVERY = OperatorAction(
    key=ACTION_KEY,
    label=gettext_lazy("Start a recovery"),
    permission="accounts_app.start_recovery",
    event=recovery_started,
    consequences=_what_recovery_ends,
    carry_out=_start,
    is_offered=_is_open,
    choices=_ways,
    position=40,
)
DISCONNECT_APP = OperatorAction(
    key="disconnect-app",
    label=gettext_lazy("Disconnect"),
    permission="accounts_app.disconnect_apps",
    event=operator_disconnected_app,
    consequences=_what_disconnecting_ends,
    carry_out=_disconnect,
    facts=_client_id,
    has_target=True,
)
