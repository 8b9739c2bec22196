"""What operators see of where a person is signed in: the sessions that still count, in the browser or by tokens."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.models import User
from core_app.panels import Panel, PanelRow
from custom_scopes_and_policies_app.operator_actions import END_SESSION
from custom_scopes_and_policies_app.selectors import sessions_in_use
from sessions_app.assurance import FEDERATED, MULTI
from sessions_app.models import SsoSession

METHODS = {
    "pwd": gettext_lazy("password"),
    "sms": gettext_lazy("code by SMS"),
    "email": gettext_lazy("code by e-mail"),
    "otp": gettext_lazy("one-time password"),
    "hwk": gettext_lazy("passkey or security key"),
    "swk": gettext_lazy("passkey"),
    "user": gettext_lazy("finger, face or PIN"),
    FEDERATED: gettext_lazy("another provider"),
}
MOST_ROWS = 50


def panels(person: User, operator: User) -> list[Panel]:
    """One statement."""
    sessions = sessions_in_use(user_id=person.pk)[:MOST_ROWS]
    return [
        Panel(
            title=_("Sessions and devices"),
            headings=[_("Device"), _("Address"), _("Signed in"), _("Last seen"), _("Proven by")],
            rows=[_row(session) for session in sessions],
            empty=_("Signed in nowhere."),
            position=30,
        )
    ]


def _row(session: SsoSession) -> PanelRow:
    device = session.device.name if session.device else ""
    proven = f"{_in_words(session.amr)} ({session.acr})"
    return PanelRow(
        cells=[
            device or _("Unknown device"),
            session.ip,
            session.created_at,
            session.last_seen_at,
            proven,
        ],
        action=END_SESSION.key,
        target=str(session.sid),
    )


def _in_words(methods: Sequence[str]) -> str:
    return ", ".join(str(METHODS.get(method, method)) for method in methods if method != MULTI)
