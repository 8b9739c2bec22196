"""What people are told about their own account: by e-mail to an address that was theirs before, else by SMS (L09)."""

from accounts_app.identifiers import mask_email
from accounts_app.models import EmailChange, User
from core_app.caller import Caller
from messaging_app.notices import has_email, tell_by_email, tell_by_sms


def tell_email_changed(person: User, change: EmailChange, *, undo_url: str, caller: Caller) -> None:
    """To the address before, or by SMS where there was none, each with the link that takes the new one back.

    `person` is as before the change: the new address, which may be an attacker's, is told nothing.
    """
    context = {
        "undo_url": undo_url,
        "new_email": mask_email(change.new_email),
        "is_first": not change.old_email,
        "when": change.changed_at,
        "until": change.undo_until,
        "ip": caller.ip,
    }
    if change.old_email and has_email(person):
        tell_by_email(person, template="email_changed", context=context)
    elif person.phone:
        tell_by_sms(person, to=person.phone, template="email_changed", context=context)
