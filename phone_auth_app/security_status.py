"""What this room says of how safe an account is: whether its number is proven."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import mask_phone
from accounts_app.models import User
from core_app.status_lines import StatusLine

NAME = _("Phone number")
PAGE = "phone_auth:change-phone"


def lines(person: User) -> Sequence[StatusLine]:
    """One: proven, not proven, or none."""
    if not person.phone:
        words, action, is_good = _("There is no number on your account."), _("Add a number"), False
    elif person.phone_proven_at is None:
        words, action, is_good = _("Your number is not proven yet."), _("Prove it"), False
    else:
        words, action, is_good = _("Your number %(phone)s is proven."), _("Change"), True
    shown = str(words) % {"phone": mask_phone(person.phone)} if is_good and person.phone else words
    return [StatusLine(name=NAME, words=shown, is_good=is_good, url_name=PAGE, action=action, position=10)]
