"""The kinds of proof that this room can ask for, and the names under which they are told to apps (amr, RFC 8176)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# A key in one piece of hardware, and one that is copied between a person's devices.
HARDWARE_KEY = "hwk"
SYNCED_KEY = "swk"
# Said only when the key has verified its user (PIN, finger, face): the key alone is then two factors.
VERIFIED_USER = "user"


class Kind(models.TextChoices):
    """In the order in which they are offered: the strongest first."""

    PASSKEY = "passkey", _("passkey or security key")
    TOTP = "totp", _("authenticator app")
    SMS = "sms", _("code by SMS")
    EMAIL = "email", _("code by e-mail")
    BACKUP_CODE = "backup_code", _("backup code")
    PASSWORD = "password", _("password")


# A code from a list is a one-time password as well. What a passkey has proven depends on the key.
AMR = {
    Kind.PASSKEY: frozenset({HARDWARE_KEY, SYNCED_KEY}),
    Kind.TOTP: frozenset({"otp"}),
    Kind.SMS: frozenset({"sms"}),
    Kind.EMAIL: frozenset({"email"}),
    Kind.BACKUP_CODE: frozenset({"otp"}),
    Kind.PASSWORD: frozenset({"pwd"}),
}


def best_proof(kind: Kind) -> frozenset[str]:
    """The most that a proof of this kind can be worth."""
    return frozenset({HARDWARE_KEY, VERIFIED_USER}) if kind is Kind.PASSKEY else AMR[kind]
