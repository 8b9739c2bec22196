"""What the JSON API of second factors takes and gives, and how its documentation shows it."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from mfa_app.models import NAME_LENGTH
from mfa_app.passkeys.answers import MAX_LENGTH
from sessions_app.app_logins import Body, DeviceId

LOGIN = "kX3n9cQ0b7Wm2vLr5tYz8aJd1hFgPsUe"
CREDENTIAL = {
    "id": "Qm9s…",
    "rawId": "Qm9s…",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoi…",
        "authenticatorData": "SZYN5YgO…",
        "signature": "MEUCIQD…",
        "userHandle": "c3ViamVjdA",
    },
    "clientExtensionResults": {},
}
OPTIONS = {
    "challenge": "q0Vb3n2r…",
    "rpId": "login.example.com",
    "timeout": 300000,
    "userVerification": "required",
}
CHALLENGE = "0190d3c2-5a0b-7c1e-9a43-0c8d2b7f4f5e"

Kind = Literal["passkey", "totp", "sms", "email", "backup_code", "password"]
LoginId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        # It names a place in the cache: nothing else may.
        pattern=r"^[A-Za-z0-9_-]+$",
        description="`login_id` of the answer `login_step_needed`. Keep it secret; good for 15 minutes.",
        examples=[LOGIN],
    ),
]
ChallengeId = Annotated[UUID, Field(description="From the options. Good once.", examples=[CHALLENGE])]
Credential = Annotated[
    dict[str, Any],
    Field(
        description="What the platform made: a PublicKeyCredential as `toJSON()` gives it (WebAuthn §5.1).",
        examples=[CREDENTIAL],
    ),
]
Name = Annotated[str, Field(max_length=NAME_LENGTH, examples=["my phone"])]
Code = Annotated[str, Field(min_length=1, max_length=1000, examples=["123456"])]


class WaitingLogin(Body):
    login_id: LoginId


class SendCode(Body):
    login_id: LoginId
    method: Literal["sms", "email"]


class Proof(Body):
    """`code` holds what was typed: digits, a backup code, or the password."""

    login_id: LoginId
    method: Literal["totp", "sms", "email", "backup_code", "password"]
    code: Code


class PasskeyProof(Body):
    login_id: LoginId
    challenge_id: ChallengeId
    credential: Credential


class PasskeyStart(Body):
    device_id: DeviceId | None = None


class PasskeySignIn(Body):
    challenge_id: ChallengeId
    credential: Credential
    device_id: DeviceId | None = None


class NewPasskey(Body):
    challenge_id: ChallengeId
    credential: Credential
    name: Name = ""


class NewApp(Body):
    code: Code
    name: Name = ""


class NewName(Body):
    name: Name


class Methods(Schema):
    """What this login can go on by, the best first."""

    login_id: str = Field(examples=[LOGIN])
    methods: list[Kind] = Field(examples=[["passkey", "totp", "backup_code"]])


class Sent(Schema):
    """A code is on its way."""

    to: str = Field(description="The number or address, masked.", examples=["+976 •••••• 33"])
    expires_in: int = Field(description="Seconds the code is good.", examples=[120])
    resend_in: int = Field(description="Seconds until another one may be asked for.", examples=[60])


class PasskeyOptions(Schema):
    """`publicKey` is for `navigator.credentials`, or for the platform's own call (base64url texts)."""

    challenge_id: UUID
    publicKey: dict[str, Any] = Field(examples=[OPTIONS])  # noqa: N815, RUF100  the standard's name


class FactorFacts(Schema):
    """A second factor of the caller."""

    id: UUID
    kind: Kind
    name: str = Field(examples=["my phone"])
    created_at: datetime
    last_used_at: datetime | None
    is_suspended: bool = Field(
        description="There may be a copy of this passkey: it does not work any more.", examples=[False]
    )


class AppSecret(Schema):
    """Shown now and never again. Confirm with the app's first code."""

    secret: str = Field(description="Base32.", examples=["JBSWY3DPEHPK3PXP"])
    uri: str = Field(
        description="`otpauth://…`, for a QR code or a link to the app.",
        examples=["otpauth://totp/Phone%20Login:saruul?secret=JBSWY3DPEHPK3PXP&issuer=Phone%20Login"],
    )


class BackupCodes(Schema):
    """Shown now and never again. Each works once; earlier ones stop working."""

    codes: list[str] = Field(examples=[["k7vq-9m2x-t4hd", "p3wz-6c8n-r5jf"]])


def text_of(credential: dict[str, Any]) -> str:
    """As the flows take it: they read it as untrusted text."""
    return json.dumps(credential)[: MAX_LENGTH + 1]
