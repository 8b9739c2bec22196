"""Challenges, kept in the database: unpredictable, for one purpose, browser and moment, and taken once (H04)."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.errors import NothingCompared
from mfa_app.conf import conf
from mfa_app.models import PasskeyChallenge

CHALLENGE_BYTES = 32
Purpose = PasskeyChallenge.Purpose


class ChallengeGone(NothingCompared):
    """The challenge is unknown, too old, used, or another browser's."""

    code = "challenge_gone"

    def __init__(self) -> None:
        super().__init__(_("This took too long. Try again."), field="challenge_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What a challenge is asked and taken for; both times it has to be the same.

    `binding` names the browser or app, `about` the pending login or sign-in; `user` is None while nobody is known.
    """

    purpose: str
    binding: str
    about: str = ""
    user: User | None = None


def ask(ceremony: Ceremony) -> PasskeyChallenge:
    """A new challenge."""
    return PasskeyChallenge.objects.create(
        purpose=ceremony.purpose,
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        binding=ceremony.binding,
        about=ceremony.about,
        user=ceremony.user,
        expires_at=timezone.now() + timedelta(seconds=conf.PASSKEY_CHALLENGE_SECONDS),
    )


def take(challenge_id: str, ceremony: Ceremony) -> bytes:
    """The challenge's bytes, for exactly one caller, whatever becomes of the answer. Raises ChallengeGone."""
    meant = PasskeyChallenge.objects.filter(
        pk=_as_id(challenge_id),
        purpose=ceremony.purpose,
        binding=ceremony.binding,
        about=ceremony.about,
        user=ceremony.user,
        expires_at__gt=timezone.now(),
    )
    row = meant.first()
    if row is None:
        raise ChallengeGone
    taken, _by_model = PasskeyChallenge.objects.filter(pk=row.pk).delete()
    if not taken:
        raise ChallengeGone
    return bytes(row.challenge)


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ChallengeGone from error
