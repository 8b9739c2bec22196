"""What a one-time code is for. A code for one purpose proves nothing for another (ASVS 6.6.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

DIGITS = 6
# A code that can take an account over is guessed a hundred times harder.
DIGITS_OF_TAKEOVER = 8


class Purpose(models.TextChoices):
    SIGNUP = "signup", _("sign up")
    LOGIN = "login", _("sign in")
    RESET = "reset", _("set a new password")
    PHONE_CHANGE = "phone_change", _("change the phone number")
    EMAIL = "email", _("confirm an e-mail address")
    SECOND_FACTOR = "second_factor", _("confirm a sign-in")

    @property
    def digits(self) -> int:
        """How many digits a code of this purpose has."""
        return DIGITS_OF_TAKEOVER if self in {Purpose.RESET, Purpose.PHONE_CHANGE, Purpose.EMAIL} else DIGITS
