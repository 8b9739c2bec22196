"""Reading the record."""

import uuid

from django.db.models import Q, QuerySet

from accounts_app.identifiers import InvalidPhone, normalise_phone
from accounts_app.selectors import find_by_phone, find_by_sub
from obligations_app.models import OAuthTokenLog


def entries_about(term: str, *, within: QuerySet[OAuthTokenLog]) -> QuerySet[OAuthTokenLog]:
    """Entries that name this session, family, token or client, or this person (by subject or phone number).

    Exact matches only: each is one index look-up, where a part of a word would read the whole record.
    """
    term = term.strip()
    return within.filter(Q(client_id=term) | Q(jti=term) | _about_id(term) | _about_phone(term))


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
