"""How people are found."""

import uuid

from accounts_app.models import User


def find_by_phone(phone: str) -> User | None:
    """The person of a number in E.164, active or not; None when nobody has it."""
    return User.objects.filter(phone=phone).first()


def find_by_sub(sub: uuid.UUID) -> User | None:
    """The person that apps know by this subject."""
    return User.objects.filter(sub=sub).first()
