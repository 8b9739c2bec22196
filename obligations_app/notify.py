"""Carrying out the duty to tell: an entry of the record becomes a letter in the outbox, at once."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from messaging_app.services import queue_email
from obligations_app.duties import DUTIES
from obligations_app.models import OAuthTokenLog

PURPOSE = "notice"


def tell_if_due(entry: OAuthTokenLog) -> None:
    """Queue the notice that the entry's event asks for, when its person has an e-mail address."""
    duty = DUTIES.get(entry.event)
    if duty is None or entry.user_id is None:
        return
    person = User.objects.filter(pk=entry.user_id).only("email", "locale", "zoneinfo").first()
    if person is None or not person.email:
        return
    language = _language_of(person)
    queue_email(
        to=person.email,
        template=duty.template,
        context={
            "app": _app_name(entry.client_id),
            "when": _moment(entry, person, language),
            "ip": entry.ip or "",
        },
        purpose=PURPOSE,
        language=language,
        idempotency_key=duty.idempotency_key(entry),
        user_id=person.pk,
    )


def _language_of(person: User) -> str:
    """The person's own language when the product speaks it, else the one in use now."""
    try:
        return translation.get_supported_language_variant(person.locale)
    except LookupError:
        return translation.get_language() or settings.LANGUAGE_CODE


def _app_name(client_id: str) -> str:
    name = Application.objects.filter(client_id=client_id).values_list("name", flat=True).first()
    return name or client_id


def _moment(entry: OAuthTokenLog, person: User, language: str) -> str:
    """Date and time where the person lives, with the zone's name, in the person's language."""
    local = timezone.localtime(entry.at, _zone_of(person))
    with translation.override(language):
        return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def _zone_of(person: User) -> ZoneInfo | None:
    try:
        return ZoneInfo(person.zoneinfo) if person.zoneinfo else None
    except (KeyError, ValueError, OSError):
        return None
