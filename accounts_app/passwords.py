"""Password rules: length and context words, no composition rules (NIST SP 800-63B-4 §3.1.1, ASVS 6.2)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts_app.conf import conf
from accounts_app.identifiers import normalise_password
from accounts_app.models import User

__all__ = ["ContextValidator", "LengthValidator", "normalise_password"]

MIN_CONTEXT_LENGTH = 4


class LengthValidator:
    """At least `PASSWORD_MIN_LENGTH` code points; every length above is fine."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < conf.PASSWORD_MIN_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        return _("Use at least %(count)d characters.") % {"count": conf.PASSWORD_MIN_LENGTH}


class ContextValidator:
    """Refuses passwords made of the person's own number, name or address, or of this product's name (ASVS 6.2.11)."""

    def validate(self, password: str, user: User | None = None) -> None:
        lowered = password.casefold()
        words = [*_product_words(), *(_context_words(user) if user is not None else ())]
        if any(word in lowered for word in words):
            raise ValidationError(self.get_help_text(), code="password_too_similar")

    def get_help_text(self) -> str:
        return _("Do not use your phone number, name or e-mail address in it, nor the name of this service.")


def _product_words() -> list[str]:
    """The product's name, whole: its single words may be everybody's."""
    name = settings.PRODUCT_NAME.casefold()
    host = urlsplit(settings.ISSUER_URL).hostname or ""
    return [word for word in {name, "".join(name.split()), host} if len(word) >= MIN_CONTEXT_LENGTH]


def _context_words(user: User) -> list[str]:
    digits = (user.phone or "").lstrip("+")
    words = [
        digits,
        digits[-8:],
        user.given_name,
        user.family_name,
        user.name,
        user.email.partition("@")[0],
        user.email,
    ]
    return [word.casefold() for word in words if len(word) >= MIN_CONTEXT_LENGTH]
