"""What operators may do with a person's sign-ins: end one, or all of them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.models import User
from core_app.deeds import Deed, NothingToDo, OperatorAction
from core_app.errors import NotFound
from custom_scopes_and_policies_app.logout import end_everything, end_one
from custom_scopes_and_policies_app.signals import operator_ended_session, operator_ended_sessions
from sessions_app.models import SsoSession

BY_OPERATOR = SsoSession.EndReason.OPERATOR


def actions() -> list[OperatorAction]:
    """This room's actions."""
    return [END_SESSIONS, END_SESSION]


def _end_all(deed: Deed) -> str:
    ended = end_everything(user=deed.person, caller=deed.caller, reason=BY_OPERATOR)
    return _("%(person)s is signed out everywhere. Sessions ended: %(count)d.") % {
        "person": deed.person,
        "count": ended,
    }


def _end_one(deed: Deed) -> str:
    session = _session(deed.person, deed.target)
    if not end_one(session=session, caller=deed.caller, reason=BY_OPERATOR):
        raise NothingToDo(_("This session had ended already."))
    return _("The session is ended.")


def _what_all_ends(person: User, target: str) -> Sequence[str]:
    return [
        _("Every session ends at once, on every device."),
        _("Every app loses its access at once, and is told if it wants to know."),
        _("The person can sign in again, as before."),
    ]


def _what_one_ends(person: User, target: str) -> Sequence[str]:
    session = _session(person, target)
    device = session.device.name if session.device else ""
    return [
        _("Signed out there: %(device)s, %(ip)s.")
        % {"device": device or _("Unknown device"), "ip": session.ip or _("unknown address")},
        _("What apps got by this sign-in is refused from now on."),
    ]


def _session(person: User, target: str) -> SsoSession:
    """The person's session; somebody else's does not exist here. Raises NotFound."""
    try:
        sid = uuid.UUID(target)
    except ValueError as error:
        raise NotFound(_("There is no such session.")) from error
    session = SsoSession.objects.select_related("device").filter(pk=sid, user_id=person.pk).first()
    if session is None:
        raise NotFound(_("There is no such session."))
    return session


def _sid(deed: Deed) -> Mapping[str, Any]:
    return {"sid": uuid.UUID(deed.target)}


END_SESSIONS = OperatorAction(
    key="end-sessions",
    label=gettext_lazy("End all sessions"),
    permission="accounts_app.end_sessions",
    event=operator_ended_sessions,
    consequences=_what_all_ends,
    carry_out=_end_all,
    is_for_many=True,
    position=20,
)
END_SESSION = OperatorAction(
    key="end-session",
    label=gettext_lazy("End"),
    permission="accounts_app.end_sessions",
    event=operator_ended_session,
    consequences=_what_one_ends,
    carry_out=_end_one,
    facts=_sid,
    has_target=True,
)
