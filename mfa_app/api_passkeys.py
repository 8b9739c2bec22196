"""A person's own passkeys by JSON: the same factors as in `api_account`, passkeys alone."""

import uuid

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status

from core_app.caller import caller_of
from core_app.errors import NotFound
from mfa_app import api_refusals as refusals
from mfa_app import api_schemas as schemas
from mfa_app.api_refusals import described
from mfa_app.flows import factors as flow
from mfa_app.kinds import Kind
from mfa_app.selectors import Factor, factors_of
from sessions_app.api_caller import api_caller
from sessions_app.models import SsoSession

router = Router(tags=["Passkeys"])


@router.get(
    "/passkeys/",
    response=list[schemas.FactorFacts],
    summary="My passkeys",
    openapi_extra=described(signed_in=True),
)
def passkeys(request: HttpRequest) -> list[Factor]:
    """They are among my second factors, too."""
    return _passkeys_of(api_caller(request))


@router.patch(
    "/passkeys/{uuid:passkey_id}/",
    response={204: None},
    summary="Name a passkey",
    openapi_extra=described(refusals.UNKNOWN, signed_in=True),
)
def rename_passkey(request: HttpRequest, passkey_id: uuid.UUID, data: schemas.NewName) -> Status[None]:
    """To tell it from the others."""
    session = _owner_of(request, passkey_id)
    flow.rename(session, passkey_id, name=data.name, caller=caller_of(request))
    return Status(204, None)


@router.delete(
    "/passkeys/{uuid:passkey_id}/",
    response={204: None},
    summary="Remove a passkey",
    openapi_extra=described(refusals.UNKNOWN, refusals.NOT_FRESH, signed_in=True),
)
def remove_passkey(request: HttpRequest, passkey_id: uuid.UUID) -> Status[None]:
    """Ends every other sign-in. Wants a fresh sign-in."""
    session = _owner_of(request, passkey_id)
    flow.remove(session, passkey_id, caller=caller_of(request))
    return Status(204, None)


def _owner_of(request: HttpRequest, passkey_id: uuid.UUID) -> SsoSession:
    """The caller's sign-in, when the passkey is theirs. Raises NotFound."""
    session = api_caller(request)
    if passkey_id not in {passkey.id for passkey in _passkeys_of(session)}:
        raise NotFound(_("There is no such second factor."))
    return session


def _passkeys_of(session: SsoSession) -> list[Factor]:
    return [factor for factor in factors_of(session.user) if factor.kind is Kind.PASSKEY]
