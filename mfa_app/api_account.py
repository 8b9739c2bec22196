"""A person's own second factors by JSON: the same flows as the pages, with the same demand for a fresh sign-in."""

import uuid
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Status

from core_app.caller import caller_of
from mfa_app import api_refusals as refusals
from mfa_app import api_schemas as schemas
from mfa_app import totp
from mfa_app.api_refusals import described
from mfa_app.api_schemas import text_of
from mfa_app.flows import factors as flow
from mfa_app.forms import AppCodeForm
from mfa_app.gate import NotProven
from mfa_app.kinds import Kind
from mfa_app.passkeys import registration
from mfa_app.passkeys.answers import Answer
from mfa_app.selectors import Factor, factors_of
from sessions_app.api_caller import api_caller

router = Router(tags=["Second factors: mine"])


@router.get(
    "/mfa/factors/",
    response=list[schemas.FactorFacts],
    summary="My second factors",
    openapi_extra=described(signed_in=True),
)
def index(request: HttpRequest) -> list[Factor]:
    """Passkeys first."""
    return factors_of(api_caller(request).user)


@router.patch(
    "/mfa/factors/{uuid:factor_id}/",
    response={204: None},
    summary="Name a second factor",
    openapi_extra=described(refusals.UNKNOWN, signed_in=True),
)
def rename(request: HttpRequest, factor_id: uuid.UUID, data: schemas.NewName) -> Status[None]:
    """To tell it from others of its kind."""
    flow.rename(api_caller(request), factor_id, name=data.name, caller=caller_of(request))
    return Status(204, None)


@router.delete(
    "/mfa/factors/{uuid:factor_id}/",
    response={204: None},
    summary="Remove a second factor",
    openapi_extra=described(refusals.UNKNOWN, refusals.NOT_FRESH, signed_in=True),
)
def remove(request: HttpRequest, factor_id: uuid.UUID) -> Status[None]:
    """Ends every other sign-in. With the last one the backup codes go."""
    flow.remove(api_caller(request), factor_id, caller=caller_of(request))
    return Status(204, None)


@router.post(
    "/mfa/totp/",
    response=schemas.AppSecret,
    summary="Begin to set up an authenticator app",
    openapi_extra=described(refusals.NOT_FRESH, refusals.TOO_MANY, signed_in=True),
)
def begin_totp(request: HttpRequest) -> dict[str, str]:
    """It counts once its first code was right."""
    factor = flow.begin_totp(api_caller(request))
    secret = totp.secret_of(factor)
    return {"secret": secret, "uri": totp.setup_uri(factor, account=str(factor.user))}


@router.post(
    "/mfa/totp/confirm/",
    response={204: None},
    summary="Confirm an authenticator app",
    openapi_extra=described(refusals.NOT_FRESH, refusals.NOT_PROVEN, refusals.SETUP_GONE, signed_in=True),
)
def confirm_totp(request: HttpRequest, data: schemas.NewApp) -> Status[None]:
    """Ends every other sign-in; from now on signing in asks for a code."""
    session = api_caller(request)
    form = AppCodeForm({"code": data.code})
    if not form.is_valid():
        raise NotProven
    flow.finish_totp(session, code=form.typed, name=data.name, caller=caller_of(request))
    return Status(204, None)


@router.post(
    "/mfa/codes/{kind}/",
    response={204: None},
    summary="Ask for codes by SMS or e-mail from now on",
    openapi_extra=described(refusals.NOT_FRESH, refusals.NO_ADDRESS, signed_in=True),
)
def add_codes(request: HttpRequest, kind: Literal["sms", "email"]) -> Status[None]:
    """`sms` or `email`; the number or address has to be proven."""
    flow.add_codes(api_caller(request), Kind(kind), caller=caller_of(request))
    return Status(204, None)


@router.post(
    "/mfa/backup-codes/",
    response=schemas.BackupCodes,
    summary="Make backup codes",
    openapi_extra=described(refusals.NOT_FRESH, refusals.NOTHING_ENROLLED, signed_in=True),
)
def make_backup_codes(request: HttpRequest) -> dict[str, list[str]]:
    """Those from before stop working."""
    return {"codes": flow.make_backup_codes(api_caller(request), caller=caller_of(request))}


@router.post(
    "/passkeys/new/options/",
    tags=["Passkeys"],
    response=schemas.PasskeyOptions,
    summary="Begin to add a passkey",
    openapi_extra=described(refusals.NOT_FRESH, refusals.TOO_MANY, signed_in=True),
)
def new_passkey_options(request: HttpRequest) -> dict[str, Any]:
    """Good once and for five minutes."""
    session = api_caller(request)
    flow.require_fresh(session)
    return registration.options(flow.passkey_ceremony(session, str(session.sid)), user=session.user)


@router.post(
    "/passkeys/new/",
    tags=["Passkeys"],
    response={204: None},
    summary="Add a passkey",
    openapi_extra=described(
        refusals.NOT_FRESH,
        refusals.CHALLENGE_GONE,
        refusals.PASSKEY_REFUSED,
        refusals.PASSKEY_TAKEN,
        refusals.TOO_MANY,
        signed_in=True,
    ),
)
def new_passkey(request: HttpRequest, data: schemas.NewPasskey) -> Status[None]:
    """`credential` is the platform's answer to the options. Ends every other sign-in."""
    session = api_caller(request)
    flow.finish_passkey(
        session,
        binding=str(session.sid),
        answer=Answer(str(data.challenge_id), text_of(data.credential)),
        name=data.name,
        caller=caller_of(request),
    )
    return Status(204, None)
