"""The providers that sign a person in, by JSON: the list, connecting one, taking one off; the services of the pages."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from core_app.caller import caller_of
from sessions_app import guard
from sessions_app.api_caller import api_caller
from sessions_app.models import SsoSession
from social_login_app import api_schemas as schemas
from social_login_app import attempts
from social_login_app.api_flow import begin, finish_with
from social_login_app.conf import conf
from social_login_app.errors import AttemptGone, NotFresh, UnknownIdentity
from social_login_app.models import SocialIdentity
from social_login_app.providers import find_provider, label_of
from social_login_app.selectors import find_own, identities_of
from social_login_app.services import link_identity, unlink_identity

router = Router(tags=["Connected providers"])


@router.get(
    "/links/",
    response=list[schemas.LinkOut],
    summary="The providers that sign me in",
    openapi_extra=schemas.for_the_signed_in(),
)
def links(request: HttpRequest) -> list[dict[str, Any]]:
    """The one connected first comes first."""
    return [_facts_of(identity) for identity in identities_of(api_caller(request).user)]


@router.delete(
    "/links/{uuid:link_id}/",
    response={204: None},
    summary="Disconnect a provider",
    openapi_extra=schemas.for_the_signed_in(schemas.NO_LINK, schemas.NOT_FRESH, schemas.LAST_WAY_IN),
)
def unlink(request: HttpRequest, link_id: uuid.UUID) -> Status[None]:
    """Wants a fresh sign-in. Other sign-ins that came from a provider end. The last way in stays."""
    session = api_caller(request)
    _require_fresh(session)
    identity = find_own(user=session.user, identity_id=link_id)
    if identity is None:
        raise UnknownIdentity
    unlink_identity(user=session.user, identity=identity, keep=session, caller=caller_of(request))
    return Status(204, None)


@router.post(
    "/{provider_id}/link/start/",
    response=schemas.Started,
    summary="Begin to connect a provider: the address to open in the system's browser",
    openapi_extra=schemas.for_the_signed_in(
        schemas.UNKNOWN, schemas.NO_REDIRECT, schemas.NOT_FRESH, schemas.AWAY
    ),
)
def start_link(request: HttpRequest, provider_id: str, data: schemas.StartLink) -> schemas.Started:
    """Wants a fresh sign-in. Go on with the `session_id` and the provider's answer, in the same sign-in."""
    session = api_caller(request)
    _require_fresh(session)
    provider = find_provider(provider_id)
    return begin(
        provider, redirect_uri=data.redirect_uri, caller=caller_of(request), link_sid=str(session.sid)
    )


@router.post(
    "/{provider_id}/link/finish/",
    response=schemas.LinkOut,
    summary="Finish connecting with the provider's answer",
    openapi_extra=schemas.for_the_signed_in(
        schemas.UNKNOWN,
        schemas.GONE,
        schemas.NOT_CONFIRMED,
        schemas.GIVEN_UP,
        schemas.IDENTITY_TAKEN,
        schemas.REFUSED,
        schemas.AWAY,
    ),
)
def finish_link(request: HttpRequest, provider_id: str, data: schemas.Finish) -> dict[str, Any]:
    """From now on this identity signs the caller in."""
    session = api_caller(request)
    provider = find_provider(provider_id)
    attempt = attempts.take(
        attempts.APP_LINK, str(data.session_id), provider_id=provider.id, state=data.state
    )
    if attempt.link_sid != str(session.sid):
        # The sign-in that asked for it is over, or somebody else's.
        raise AttemptGone
    caller = caller_of(request)
    with finish_with(provider, attempt, data, caller=caller) as upstream:
        identity = link_identity(user=session.user, provider=provider, upstream=upstream, caller=caller)
    return _facts_of(identity)


def _require_fresh(session: SsoSession) -> None:
    """ASVS 7.5.1. Raises NotFresh."""
    if not guard.is_fresh(session, seconds=conf.SOCIAL_FRESH_SECONDS):
        raise NotFresh


def _facts_of(identity: SocialIdentity) -> dict[str, Any]:
    return {
        "id": identity.id,
        "provider": label_of(identity.issuer),
        "known_as": identity.label,
        "connected_at": identity.linked_at,
        "last_used_at": identity.last_used_at,
    }
