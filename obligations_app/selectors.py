"""Reading the record."""

import ipaddress
import uuid
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.selectors import find_by_phone, find_by_sub
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog

LARGEST_ID = 2**63 - 1
NOBODY = -1


def entries_about(term: str, *, within: QuerySet[OAuthTokenLog]) -> QuerySet[OAuthTokenLog]:
    """Entries that name this session, family, token, request, address or client, or this person (by subject or phone).

    Exact matches only: each is one index look-up, where a part of a word would read the whole record.
    """
    term = term.strip()
    # An app may have millions of entries: alone its index gives them in order, together with others it does not.
    if Application.objects.filter(client_id=term).exists():
        return within.filter(client_id=term)
    named = Q(client_id=term) | Q(jti=term) | Q(request_id=term)
    return within.filter(named | _about_id(term) | _about_phone(term) | _about_address(term))


def person_number(term: str) -> int:
    """The primary key of the person whose subject, phone number or primary key this is; of nobody: NOBODY.

    People who are deleted are found by their primary key only: the record knows no more of them.
    """
    term = term.strip()
    person = None
    try:
        person = find_by_sub(uuid.UUID(term))
    except ValueError:
        try:
            person = find_by_phone(normalise_phone(term, any_country=True))
        except InvalidPhone:
            person = None
    if person is not None:
        return int(person.pk)
    is_key = term.isascii() and term.isdecimal() and int(term[:20]) <= LARGEST_ID
    return int(term) if is_key and len(term) < 20 else NOBODY


def read_time(text: str) -> datetime | None:
    """The moment that is written like 2026-11-21 or 2026-11-21 17:30, with an offset or in the server's own zone.

    None for an empty text. Raises ValueError for what is no time.
    """
    text = text.strip()
    if not text:
        return None
    # A plus sign in a query is a space when nobody escaped it.
    moment = parse_datetime(text) or parse_datetime("+".join(text.rsplit(" ", 1)))
    if moment is None:
        day = parse_date(text)
        if day is None:
            raise ValueError("not a time")
        moment = datetime(day.year, day.month, day.day)
    try:
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        # The database is asked in UTC, where the moment may fall off the calendar.
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a time of ours") from error


def _about_id(term: str) -> Q:
    try:
        identity = uuid.UUID(term)
    except ValueError:
        return Q()
    person = find_by_sub(identity)
    ids = Q(sid=identity) | Q(family=identity)
    return ids | Q(user_id=person.pk) if person else ids


def _about_phone(term: str) -> Q:
    try:
        person = find_by_phone(normalise_phone(term, any_country=True))
    except InvalidPhone:
        return Q()
    return Q(user_id=person.pk) if person else Q()


def _about_address(term: str) -> Q:
    try:
        return Q(ip=str(ipaddress.ip_address(term)))
    except ValueError:
        return Q()
