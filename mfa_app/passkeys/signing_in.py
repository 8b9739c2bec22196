"""Checking what a key has signed (WebAuthn §7.2): which key, whose, for this challenge, and no copy of it."""

import hmac
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from accounts_app.models import User
from core_app.caller import Caller
from mfa_app.gate import NotProven
from mfa_app.kinds import Kind
from mfa_app.models import Passkey
from mfa_app.passkeys import challenges
from mfa_app.passkeys.answers import Answer, read_answer
from mfa_app.passkeys.challenges import Ceremony
from mfa_app.passkeys.registration import credential_hash, methods_of
from mfa_app.passkeys.relying_party import origins, rp_id
from mfa_app.signals import passkey_suspended

REFUSED = _("This passkey could not be checked. Try again, or use another way.")


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose key signed, and the amr names of what that proves."""

    user: User
    methods: list[str]


def options(ceremony: Ceremony) -> dict[str, Any]:
    """What `navigator.credentials.get` takes as `publicKey`, and `challenge_id` for the answer.

    With a person, their keys are named. Without, any key that knows its account will do, and has to verify its user:
    it is all that signs in.
    """
    asked = challenges.ask(ceremony)
    is_alone = ceremony.user is None
    made = generate_authentication_options(
        rp_id=rp_id(),
        challenge=bytes(asked.challenge),
        allow_credentials=[] if ceremony.user is None else [_named(key) for key in _keys_of(ceremony.user)],
        user_verification=UserVerificationRequirement.REQUIRED
        if is_alone
        else UserVerificationRequirement.PREFERRED,
    )
    return {"challenge_id": str(asked.pk), "publicKey": json.loads(options_to_json(made))}


def find_owner(answer: Answer) -> User | None:
    """Who the named key belongs to, before anything is proven: for counting the attempt at their account."""
    passkey = _find_key(read_answer(answer.credential) or {})
    return passkey.user if passkey and passkey.user.is_active else None


def check(ceremony: Ceremony, answer: Answer, *, caller: Caller) -> Proof:
    """Whose key has signed this challenge, and what that is worth. Raises ChallengeGone and NotProven.

    The challenge is used up, also by a wrong answer.
    """
    challenge = challenges.take(answer.challenge_id, ceremony)
    credential = read_answer(answer.credential) or {}
    passkey = _find_key(credential)
    if passkey is None or not passkey.user.is_active or not _is_owner(passkey, ceremony, credential):
        raise NotProven(REFUSED, field="credential")
    verified = _verify(passkey, credential, challenge, must_verify=ceremony.user is None)
    if passkey.suspended_at is not None or not _count(passkey, verified.new_sign_count):
        _suspend(passkey, caller)
        raise NotProven(REFUSED, field="credential")
    return Proof(passkey.user, methods_of(passkey, has_verified=verified.user_verified))


def _keys_of(user: User) -> list[Passkey]:
    return list(Passkey.objects.filter(user=user, suspended_at__isnull=True))


def _named(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(name) for name in passkey.transports]
    return PublicKeyCredentialDescriptor(id=bytes(passkey.credential_id), transports=transports or None)


def _find_key(credential: dict[str, Any]) -> Passkey | None:
    try:
        raw_id = base64url_to_bytes(str(credential.get("rawId", "")))
    except ValueError:
        return None
    return Passkey.objects.select_related("user").filter(credential_hash=credential_hash(raw_id)).first()


def _is_owner(passkey: Passkey, ceremony: Ceremony, credential: dict[str, Any]) -> bool:
    """The key is the asked person's, and what it says of its account is not somebody else (§7.2 step 6)."""
    if ceremony.user is not None and passkey.user_id != ceremony.user.pk:
        return False
    named = credential.get("response", {}).get("userHandle")
    if not named:
        return ceremony.user is not None
    try:
        handle = base64url_to_bytes(str(named))
    except ValueError:
        return False
    return hmac.compare_digest(handle, passkey.user.sub.bytes)


def _verify(
    passkey: Passkey, credential: dict[str, Any], challenge: bytes, *, must_verify: bool
) -> VerifiedAuthentication:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origins(),
            credential_public_key=bytes(passkey.public_key),
            # The counter is compared afterwards, by `_count`: only what is signed says anything of a copy.
            credential_current_sign_count=0,
            require_user_verification=must_verify,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise NotProven(REFUSED, field="credential") from error


def _count(passkey: Passkey, counter: int) -> bool:
    """Whether the counter went forward, or the key has none (§7.2 step 22). One UPDATE decides."""
    went_forward = Q(sign_count__lt=counter) if counter else Q(sign_count=0)
    known = Passkey.objects.filter(went_forward, pk=passkey.pk, suspended_at__isnull=True)
    return bool(known.update(sign_count=counter, last_used_at=timezone.now()))


def _suspend(passkey: Passkey, caller: Caller) -> None:
    """There may be a copy of the key: neither works from now on, and its owner is told, once."""
    with transaction.atomic():
        working = Passkey.objects.filter(pk=passkey.pk, suspended_at__isnull=True)
        if working.update(suspended_at=timezone.now()):
            passkey_suspended.emit(
                user_id=passkey.user_id, subject=str(passkey.pk), reason=Kind.PASSKEY.value, caller=caller
            )
