"""What people are told about their own account: by e-mail, and by SMS where that is the only way or a must (G15).

Written in the transaction of the change. A notice that may not be paid for never fails the change.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts_app.identifiers import mask_phone
from accounts_app.models import PhoneChange, User
from core_app.caller import Caller
from messaging_app.services import queue_email, queue_sms

PURPOSE = "notice"


def tell_password_changed(person: User, *, caller: Caller) -> None:
    """By e-mail; by SMS when there is none."""
    language = language_of(person)
    context: dict[str, object] = {"when": _moment(timezone.now(), person, language), "ip": caller.ip}
    if person.email:
        queue_email(
            to=person.email,
            template="password_changed",
            context=context,
            purpose=PURPOSE,
            language=language,
            user_id=person.pk,
        )
    elif person.phone:
        _sms(person.phone, "password_changed", context, person, language)


def tell_phone_changed(person: User, change: PhoneChange, *, undo_url: str, caller: Caller) -> None:
    """To the old number and to the e-mail, each with the link that takes the change back."""
    language = language_of(person)
    context: dict[str, object] = {
        "undo_url": undo_url,
        "new_phone": mask_phone(change.new_phone),
        "when": _moment(change.changed_at, person, language),
        "until": _moment(change.undo_until, person, language),
        "ip": caller.ip,
    }
    if change.old_phone:
        _sms(change.old_phone, "phone_changed", context, person, language)
    if person.email:
        queue_email(
            to=person.email,
            template="phone_changed",
            context=context,
            purpose=PURPOSE,
            language=language,
            user_id=person.pk,
        )


def language_of(person: User) -> str:
    """The person's own language when the product speaks it, else the one in use now."""
    try:
        return translation.get_supported_language_variant(person.locale)
    except LookupError:
        return translation.get_language() or settings.LANGUAGE_CODE


def _sms(to: str, template: str, context: dict[str, object], person: User, language: str) -> None:
    queue_sms(
        to=to, template=template, context=context, purpose=PURPOSE, language=language, user_id=person.pk
    )


def _moment(moment: datetime, person: User, language: str) -> str:
    """Date and time where the person lives, with the zone's name, in the person's language."""
    local = timezone.localtime(moment, _zone_of(person))
    with translation.override(language):
        return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def _zone_of(person: User) -> ZoneInfo | None:
    try:
        return ZoneInfo(person.zoneinfo) if person.zoneinfo else None
    except (KeyError, ValueError, OSError):
        return None
