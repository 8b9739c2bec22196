"""The words of the duties: who is told, and how."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who is told."""

    PERSON = "person", _("the person")
    OPERATORS = "operators", _("operators")
    OWNER = "owner", _("the app's owner")


class Channels(models.TextChoices):
    """How. SMS costs money and goes to a proven number only."""

    EMAIL = "email", _("e-mail")
    EMAIL_ELSE_SMS = "email_else_sms", _("e-mail; SMS to whoever has no verified address")
    EMAIL_AND_SMS = "email_and_sms", _("e-mail and SMS")


class Per(models.TextChoices):
    """The time in which notices are counted."""

    HOUR = "hour", _("hour")
    DAY = "day", _("day")

    @property
    def seconds(self) -> int:
        """Its length."""
        return 3600 if self is Per.HOUR else 86_400
