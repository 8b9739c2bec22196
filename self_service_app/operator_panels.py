"""What operators see of the apps that may use somebody's account."""

from django.utils.translation import gettext as _

from accounts_app.models import User
from core_app.panels import Panel, PanelRow
from self_service_app.connected_apps import ConnectedApp, Permission, connected_apps
from self_service_app.operator_actions import DISCONNECT_APP


def panels(person: User, operator: User) -> list[Panel]:
    """Four statements at most, however many apps there are."""
    return [
        Panel(
            title=_("Connected apps"),
            headings=[_("App"), _("May use"), _("Since"), _("Last use")],
            rows=[_row(app) for app in connected_apps(person)],
            empty=_("No app may use this account."),
            position=40,
        )
    ]


def _row(app: ConnectedApp) -> PanelRow:
    permissions = ", ".join(_in_words(permission) for permission in app.permissions)
    return PanelRow(
        cells=[app.name, permissions, app.since, app.last_used_at],
        action=DISCONNECT_APP.key,
        target=str(app.public_id),
    )


def _in_words(permission: Permission) -> str:
    return f"{permission.label} ({permission.level})" if permission.level else permission.label
