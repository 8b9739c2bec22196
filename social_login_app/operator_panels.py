"""What operators see of the accounts elsewhere with which a person signs in."""

from django.utils.translation import gettext as _

from accounts_app.models import User
from core_app.panels import Panel, PanelRow
from social_login_app.models import SocialIdentity
from social_login_app.providers import label_of
from social_login_app.selectors import identities_of


def panels(person: User, operator: User) -> list[Panel]:
    """One statement."""
    return [
        Panel(
            title=_("Linked accounts"),
            headings=[_("Provider"), _("Known as"), _("Connected"), _("Last used")],
            rows=[_row(identity) for identity in identities_of(person)],
            empty=_("No account elsewhere opens this one."),
            position=20,
        )
    ]


def _row(identity: SocialIdentity) -> PanelRow:
    cells = [label_of(identity.issuer), identity.label, identity.linked_at, identity.last_used_at]
    return PanelRow(cells=cells)
