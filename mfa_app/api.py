"""Signing in by JSON with second factors and passkeys, for apps that show their own pages.

Whoever signs in with a password or a code and needs more is answered `login_step_needed` with a `login_id`; it goes on
here and ends in the tokens.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router

from core_app.caller import Caller, caller_of, client_ip_of
from limits_app import throttle
from limits_app.network import ip_bucket
from mfa_app import api_refusals as refusals
from mfa_app import api_schemas as schemas
from mfa_app.api_refusals import described
from mfa_app.api_schemas import text_of
from mfa_app.conf import conf
from mfa_app.flows import challenge as flow
from mfa_app.flows import codes, passkey_login
from mfa_app.flows.waiting import NotOffered, Waiting, waiting_for_app
from mfa_app.forms import typing_form
from mfa_app.gate import NotProven
from mfa_app.kinds import Kind
from mfa_app.passkeys.answers import Answer
from sessions_app.app_logins import STEP_NEEDED, Tokens
from sessions_app.devices import device_hash
from sessions_app.login import complete_for_app

MINUTE = 60
# Names no device: without an id of its own, every sign-in counts as one from a new device.
NO_DEVICE = device_hash("no device")

router = Router(tags=["Second factors: signing in"])


@router.post(
    "/mfa/methods/",
    response=schemas.Methods,
    summary="How this login can go on",
    openapi_extra=described(refusals.GONE),
)
def methods(request: HttpRequest, data: schemas.WaitingLogin) -> dict[str, Any]:
    """After `login_step_needed`. Show the first one, and the others as other ways."""
    waiting = _waiting(request, data.login_id)
    return {"login_id": data.login_id, "methods": [kind.value for kind in waiting.offered]}


@router.post(
    "/mfa/send/",
    response=schemas.Sent,
    summary="Send a code by SMS or e-mail",
    openapi_extra=described(
        refusals.GONE,
        refusals.NOT_OFFERED,
        refusals.COUNTRY,
        refusals.RESEND_TOO_SOON,
        refusals.NOT_SENT,
    ),
)
def send(request: HttpRequest, data: schemas.SendCode) -> dict[str, Any]:
    """To the proven number or address. Asked again, another one is sent, not sooner than `resend_in` says."""
    waiting = _waiting(request, data.login_id)
    kind = Kind(data.method)
    sent = codes.sent_code(
        codes.send(waiting, kind, language=get_language() or "", caller=caller_of(request)), kind
    )
    if sent is None:
        raise NotOffered
    return {"to": sent.masked, "expires_in": sent.seconds_left, "resend_in": sent.seconds_to_resend}


@router.post(
    "/mfa/passkey-options/",
    response=schemas.PasskeyOptions,
    summary="A challenge for the person's passkeys",
    openapi_extra=described(refusals.GONE, refusals.NOT_OFFERED),
)
def passkey_options(request: HttpRequest, data: schemas.WaitingLogin) -> dict[str, Any]:
    """Good once and for five minutes."""
    return flow.passkey_options(_waiting(request, data.login_id))


@router.post(
    "/mfa/verify/",
    response=Tokens,
    exclude_none=True,
    summary="Prove a code or the password, and get the tokens",
    openapi_extra=described(
        refusals.GONE,
        refusals.NOT_OFFERED,
        refusals.NOT_PROVEN,
        refusals.WRONG_CODE,
        refusals.EXPIRED_CODE,
        refusals.EXHAUSTED,
        refusals.ACCOUNT,
        STEP_NEEDED,
    ),
)
def verify(request: HttpRequest, data: schemas.Proof) -> Tokens:
    """Three failures lock the account's second factors for an hour, and end the login."""
    waiting = _waiting(request, data.login_id)
    caller = caller_of(request)
    kind = Kind(data.method)
    proven = flow.prove_typed(waiting, kind, _as_typed(kind, data.code), caller=caller)
    return _tokens(waiting, proven, caller)


@router.post(
    "/mfa/verify-passkey/",
    response=Tokens,
    exclude_none=True,
    summary="Prove a passkey, and get the tokens",
    openapi_extra=described(
        refusals.GONE,
        refusals.NOT_OFFERED,
        refusals.NOT_PROVEN,
        refusals.CHALLENGE_GONE,
        refusals.ACCOUNT,
        STEP_NEEDED,
    ),
)
def verify_passkey(request: HttpRequest, data: schemas.PasskeyProof) -> Tokens:
    """`credential` is the platform's answer to the options."""
    waiting = _waiting(request, data.login_id)
    caller = caller_of(request)
    answer = Answer(str(data.challenge_id), text_of(data.credential))
    return _tokens(waiting, flow.prove_passkey(waiting, answer, caller=caller), caller)


@router.post(
    "/passkeys/options/",
    tags=["Passkeys"],
    response=schemas.PasskeyOptions,
    summary="Begin to sign in with a passkey",
    openapi_extra=described(),
)
def sign_in_options(request: HttpRequest, data: schemas.PasskeyStart) -> dict[str, Any]:
    """No number and no password: the passkey names its account."""
    _count(request)
    throttle.hit(
        scope="passkey-challenge",
        key=client_ip_of(request),
        limit=conf.PASSKEY_CHALLENGES_PER_IP_PER_MINUTE,
        per_seconds=MINUTE,
    )
    return passkey_login.options(device_hash(data.device_id or "") or NO_DEVICE)


@router.post(
    "/passkeys/sign-in/",
    tags=["Passkeys"],
    response=Tokens,
    exclude_none=True,
    summary="Sign in with a passkey",
    openapi_extra=described(
        refusals.GONE, refusals.NOT_PROVEN, refusals.CHALLENGE_GONE, refusals.ACCOUNT, STEP_NEEDED
    ),
)
def sign_in(request: HttpRequest, data: schemas.PasskeySignIn) -> Tokens:
    """The key has to verify its user (PIN, finger, face); that is two factors at once."""
    _count(request)
    caller = caller_of(request)
    answer = Answer(str(data.challenge_id), text_of(data.credential))
    device = device_hash(data.device_id or "")
    proof = passkey_login.check(answer, binding=device or NO_DEVICE, caller=caller)
    binding = device or device_hash(answer.challenge_id)
    return Tokens.model_validate(
        complete_for_app(user=proof.user, methods=proof.methods, binding=binding, caller=caller)
    )


def _waiting(request: HttpRequest, login_id: str) -> Waiting:
    _count(request)
    return waiting_for_app(login_id)


def _as_typed(kind: Kind, text: str) -> str:
    """As the page's form reads it: what cannot be a code costs no attempt. Raises NotProven."""
    form = typing_form(kind, {"code": text, "password": text})
    if not form.is_valid():
        raise NotProven
    return form.typed


def _tokens(waiting: Waiting, proven: list[str], caller: Caller) -> Tokens:
    answer = complete_for_app(
        user=waiting.user,
        methods=proven,
        binding=waiting.pending.binding,
        caller=caller,
        pending=waiting.pending,
    )
    return Tokens.model_validate(answer)


def _count(request: HttpRequest) -> None:
    """For cost and comfort; what guards secrets is counted in the flow."""
    throttle.hit(
        scope="mfa-api",
        key=ip_bucket(client_ip_of(request)),
        limit=conf.MFA_CALLS_PER_IP_PER_MINUTE,
        per_seconds=MINUTE,
    )
