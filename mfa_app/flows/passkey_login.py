"""Signing in with nothing but a passkey, which names its account itself and has to verify its user."""

from typing import Any

from django.db import transaction

from core_app.caller import Caller
from mfa_app.gate import NotProven, one_attempt
from mfa_app.kinds import Kind
from mfa_app.models import PasskeyChallenge
from mfa_app.passkeys import signing_in
from mfa_app.passkeys.answers import Answer
from mfa_app.passkeys.challenges import Ceremony
from mfa_app.passkeys.signing_in import REFUSED, Proof
from mfa_app.signals import factor_proven


def options(binding: str) -> dict[str, Any]:
    """A challenge for whichever key the person chooses."""
    return signing_in.options(_ceremony(binding))


def check(answer: Answer, *, binding: str, caller: Caller) -> Proof:
    """Who signed, and what that proves. Raises NotProven, ChallengeGone, Locked.

    Counted at the account of the named key; a key that nobody has is refused in the same words.
    """
    owner = signing_in.find_owner(answer)
    if owner is None:
        raise NotProven(REFUSED, field="credential")
    with one_attempt(owner, Kind.PASSKEY, caller=caller):
        proof = signing_in.check(_ceremony(binding), answer, caller=caller)
    with transaction.atomic():
        factor_proven.emit(user_id=proof.user.pk, reason=f"{Kind.PASSKEY.value} login", caller=caller)
    return proof


def _ceremony(binding: str) -> Ceremony:
    return Ceremony(purpose=PasskeyChallenge.Purpose.SIGN_IN, binding=binding)
