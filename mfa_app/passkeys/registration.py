"""Adding a key (WebAuthn §7.1). Attestation is not asked for: any authenticator will do, and none is told apart."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from webauthn import generate_registration_options, options_to_json, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from accounts_app.models import User
from core_app.errors import AppError
from mfa_app.kinds import HARDWARE_KEY, SYNCED_KEY, VERIFIED_USER
from mfa_app.models import Passkey
from mfa_app.passkeys import challenges
from mfa_app.passkeys.answers import Answer, read_answer
from mfa_app.passkeys.challenges import Ceremony
from mfa_app.passkeys.relying_party import origins, rp_id

TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})


class PasskeyRefused(AppError):
    """What came back from the browser is not a new key for this person."""

    code = "passkey_refused"

    def __init__(self, detail: str = "") -> None:
        super().__init__(_("This passkey could not be added. Try again."), field="credential", detail=detail)


class PasskeyTaken(AppError):
    """The key is an account's already."""

    code = "passkey_taken"
    status = 409


def options(ceremony: Ceremony, *, user: User) -> dict[str, Any]:
    """What `navigator.credentials.create` takes as `publicKey`, and `challenge_id` for the answer."""
    asked = challenges.ask(ceremony)
    made = generate_registration_options(
        rp_id=rp_id(),
        rp_name=settings.PRODUCT_NAME,
        # What the key keeps to name the account: random, and nothing that identifies anybody (§14.6.1).
        user_id=user.sub.bytes,
        user_name=str(user),
        user_display_name=str(user),
        challenge=bytes(asked.challenge),
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(passkey.credential_id))
            for passkey in Passkey.objects.filter(user=user)
        ],
    )
    return {"challenge_id": str(asked.pk), "publicKey": json.loads(options_to_json(made))}


def check(ceremony: Ceremony, *, user: User, answer: Answer) -> tuple[Passkey, bool]:
    """The new key, not yet saved, and whether it verified its user. Raises ChallengeGone, PasskeyRefused.

    The challenge is used up, also by a wrong answer: not to be called inside a transaction.
    """
    challenge = challenges.take(answer.challenge_id, ceremony)
    credential = read_answer(answer.credential)
    if credential is None:
        raise PasskeyRefused("no JSON object")
    verified = _verify(credential, challenge)
    passkey = Passkey(
        user=user,
        credential_hash=credential_hash(verified.credential_id),
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(credential),
        aaguid=verified.aaguid,
        is_synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )
    return passkey, verified.user_verified


def insert(passkey: Passkey) -> None:
    """Save what `check` gave. Raises PasskeyTaken; the transaction outside lives on."""
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError as error:
        raise PasskeyTaken(_("This passkey is in use already. Choose another one.")) from error


def methods_of(passkey: Passkey, *, has_verified: bool) -> list[str]:
    """The amr names of what this key proves, and of its user when it has verified one."""
    methods = [SYNCED_KEY if passkey.is_synced else HARDWARE_KEY]
    return [*methods, VERIFIED_USER] if has_verified else methods


def credential_hash(credential_id: bytes) -> str:
    """The index of a credential id."""
    return hashlib.sha256(credential_id).hexdigest()


def _verify(credential: dict[str, Any], challenge: bytes) -> VerifiedRegistration:
    try:
        return verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origins(),
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused(type(error).__name__) from error


def _transports(credential: dict[str, Any]) -> list[str]:
    """How the browser can reach the key. A hint for later; unknown words are dropped."""
    named = credential["response"].get("transports")
    return sorted(TRANSPORTS & {str(one) for one in named}) if isinstance(named, list) else []
