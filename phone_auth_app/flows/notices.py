"""What people are told about their own account: by e-mail, and by SMS where that is the only way or a must (G15)."""

from accounts_app.identifiers import mask_phone
from accounts_app.models import PhoneChange, User
from core_app.caller import Caller
from messaging_app.notices import tell_by_email, tell_by_sms


def tell_phone_changed(person: User, change: PhoneChange, *, undo_url: str, caller: Caller) -> None:
    """To the old number and to the e-mail, each with the link that takes the change back."""
    context = {
        "undo_url": undo_url,
        "new_phone": mask_phone(change.new_phone),
        "when": change.changed_at,
        "until": change.undo_until,
        "ip": caller.ip,
    }
    if change.old_phone:
        tell_by_sms(person, to=change.old_phone, template="phone_changed", context=context)
    tell_by_email(person, template="phone_changed", context=context)
