"""Telling people of what happened to their own account, in their language and time: one way for every room.

Written in the transaction of what happened. A notice that may not be paid for never fails it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from messaging_app.models import OutboundMessage
from messaging_app.services import queue_email, queue_sms

PURPOSE = "notice"


class Recipient(Protocol):
    """A person, of whom this room knows no more; `pk` is None for an address without an account. `locale` and
    `zoneinfo` may be empty or unknown here."""

    @property
    def pk(self) -> int | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str: ...
    @property
    def email_verified_at(self) -> datetime | None: ...
    @property
    def locale(self) -> str: ...
    @property
    def zoneinfo(self) -> str: ...


def tell_by_email(
    person: Recipient, *, template: str, context: Mapping[str, object], idempotency_key: str | None = None
) -> None:
    """Queue `<template>.subject.txt`, `.email.txt` and `.email.html`; nothing for a person without a
    verified address: what anybody may have typed is nobody's yet.

    Moments in the context (aware datetimes) are written as date and time where the person lives. The same
    `idempotency_key` tells once.
    """
    if not has_email(person):
        return
    language = language_of(person)
    queue_email(
        to=person.email,
        template=template,
        context=_in_words(context, person, language),
        purpose=PURPOSE,
        language=language,
        idempotency_key=idempotency_key,
        user_id=person.pk,
    )


def has_email(person: Recipient) -> bool:
    """Whether there is an address that is known to be theirs."""
    return bool(person.email and person.email_verified_at)


def tell_by_sms(
    person: Recipient,
    *,
    to: str,
    template: str,
    context: Mapping[str, object],
    idempotency_key: str | None = None,
) -> None:
    """Queue `<template>.sms.txt` for an E.164 number that is or was theirs; otherwise as `tell_by_email`."""
    language = language_of(person)
    queue_sms(
        to=to,
        template=template,
        context=_in_words(context, person, language),
        purpose=PURPOSE,
        language=language,
        idempotency_key=idempotency_key,
        user_id=person.pk,
    )


def was_told(idempotency_key: str) -> bool:
    """Whether a message with this key is in the outbox, whatever became of it."""
    return OutboundMessage.objects.filter(idempotency_key=idempotency_key).exists()


def language_of(person: Recipient) -> str:
    """The person's own language when the product speaks it, else the one in use now."""
    try:
        return translation.get_supported_language_variant(person.locale)
    except LookupError:
        return translation.get_language() or settings.LANGUAGE_CODE


def _in_words(context: Mapping[str, object], person: Recipient, language: str) -> dict[str, object]:
    return {
        name: _moment(value, person, language) if isinstance(value, datetime) else value
        for name, value in context.items()
    }


def _moment(moment: datetime, person: Recipient, language: str) -> str:
    """Date and time where the person lives, with the zone's name, in the person's language."""
    local = timezone.localtime(moment, _zone_of(person))
    with translation.override(language):
        return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def _zone_of(person: Recipient) -> ZoneInfo | None:
    try:
        return ZoneInfo(person.zoneinfo) if person.zoneinfo else None
    except (KeyError, ValueError, OSError):
        return None
