"""How people are found."""

import uuid

from django.db.models import Q

from accounts_app.models import User


def find_by_phone(phone: str) -> User | None:
    """The person of a number in E.164, active or not; None when nobody has it."""
    return User.objects.filter(phone=phone).first()


def find_by_email(email: str) -> User | None:
    """The person of a verified address in its normal form, active or not; None when nobody has it."""
    return User.objects.filter(email_identifier=email).first()


def find_by_sub(sub: uuid.UUID) -> User | None:
    """The person that apps know by this subject."""
    return User.objects.filter(sub=sub).first()


def id_of(identity: str) -> int | None:
    """The id of the person whose number (E.164), verified address (normal form) or subject this is."""
    try:
        named = Q(sub=uuid.UUID(identity))
    except ValueError:
        named = Q(email_identifier=identity) if "@" in identity else Q(phone=identity)
    return User.objects.filter(named).values_list("pk", flat=True).first()
