"""How operators find people: what is exact by its index, and only names by reading the table."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from accounts_app.identifiers import InvalidPhone, normalise_email, normalise_phone
from accounts_app.models import User


def found_exactly(term: str, *, within: QuerySet[User]) -> QuerySet[User] | None:
    """By a number in any spelling, a subject, or a whole verified or unverified address; None for other words."""
    phone, sub = _as_phone(term), _as_sub(term)
    if phone:
        return within.filter(phone=phone)
    if sub:
        return within.filter(sub=sub)
    address = normalise_email(term)
    try:
        validate_email(address)
    except ValidationError:
        return None
    # Others may have typed the same address without being able to verify it.
    return within.filter(Q(email_identifier=address) | Q(email__iexact=address))


def _as_phone(text: str) -> str:
    try:
        return normalise_phone(text, any_country=True)
    except InvalidPhone:
        return ""


def _as_sub(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
