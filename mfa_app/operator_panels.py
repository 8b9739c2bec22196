"""What operators see of a person's second factors: kinds, names and dates, never a secret."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_app.models import User
from core_app.panels import Panel, PanelRow
from mfa_app.selectors import Factor, factors_of, unused_backup_codes


def panels(person: User, operator: User) -> list[Panel]:
    """Four statements."""
    factors = factors_of(person)
    left = unused_backup_codes(person)
    codes = ngettext("%(count)d unused backup code.", "%(count)d unused backup codes.", left) % {
        "count": left
    }
    can_look = bool(factors) and operator.has_perm("mfa_app.view_protectedperson")
    return [
        Panel(
            title=_("Second factors"),
            headings=[_("Kind"), _("Name"), _("Added"), _("Last used")],
            rows=[_row(factor) for factor in factors],
            empty=_("None: a password or a code is enough to sign in."),
            note=codes if factors else "",
            link_url=reverse("admin:mfa_app_protectedperson_change", args=[person.pk]) if can_look else "",
            link_label=_("Second factors of this person"),
            position=10,
        )
    ]


def _row(factor: Factor) -> PanelRow:
    name = factor.name if factor.is_named else ""
    shown = _("%(name)s (suspended)") % {"name": name} if factor.is_suspended else name
    return PanelRow(cells=[factor.label, shown, factor.created_at, factor.last_used_at])
