"""What this room says of how safe an account is: ways back in, where it is open, and when it was opened last."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts_app.models import User
from core_app.status_lines import StatusLine
from custom_scopes_and_policies_app.selectors import sessions_in_use

BACK, DEVICES = gettext_lazy("Way back"), gettext_lazy("Devices")


def lines(person: User) -> Sequence[StatusLine]:
    """Two."""
    return [_recovery(person), _devices(person)]


def _recovery(person: User) -> StatusLine:
    has_phone, has_email = bool(person.phone and person.phone_proven_at), bool(person.email_identifier)
    if has_phone and has_email:
        words = _("You get back in by SMS and by e-mail: losing one of them is not the end.")
    elif has_phone or has_email:
        words = _("There is one way back in only. Whoever loses it loses the account.")
    else:
        words = _("There is no way back into your account when you forget your password.")
    return StatusLine(
        name=BACK,
        words=words,
        is_good=has_phone and has_email,
        url_name="email_auth:change" if has_phone else "phone_auth:change-phone",
        action=gettext_lazy("Change") if has_phone and has_email else gettext_lazy("Add a way"),
        position=50,
    )


def _devices(person: User) -> StatusLine:
    """`last_login` is of the newest sign-in, this one or another."""
    count = sessions_in_use(user_id=person.pk).count()
    said = ngettext(
        "You are signed in on %(count)d device.", "You are signed in on %(count)d devices.", count
    )
    words = said % {"count": count}
    if person.last_login is not None:
        when = date_format(localtime(person.last_login), "DATETIME_FORMAT")
        last = _("Last sign-in: %(when)s") % {"when": when}
        words = f"{words} {last}"
    return StatusLine(
        name=DEVICES,
        words=words,
        is_good=None,
        url_name="account:sessions",
        action=gettext_lazy("Look at them"),
        position=60,
    )
