"""What signing in and connecting have in common where an app opens the provider and brings its answer back."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from core_app.caller import Caller
from core_app.errors import AppError
from sessions_app.devices import device_hash
from social_login_app.api_schemas import Finish, Started
from social_login_app.attempts import APP, APP_LINK, Attempt
from social_login_app.flow import come_back, leave
from social_login_app.providers import Provider
from social_login_app.record import refusals_recorded
from social_login_app.upstream import Upstream


class BadRedirectUri(AppError):
    """The operator has not listed this address for the provider."""

    code = "invalid_redirect_uri"


def begin(
    provider: Provider, *, redirect_uri: str, caller: Caller, device_id: str = "", link_sid: str = ""
) -> Started:
    """Keep an attempt under a secret id and say where to go. Raises BadRedirectUri, and as `flow.leave`."""
    # Compared as text: no pattern, no prefix (RFC 9700 §2.1).
    if redirect_uri not in provider.app_redirect_uris:
        raise BadRedirectUri(_("This address is not listed for the provider."), field="redirect_uri")
    session_id = uuid.uuid4()
    attempt = Attempt(
        provider_id=provider.id,
        redirect_uri=redirect_uri,
        binding=device_hash(device_id) or device_hash(str(session_id)),
        link_sid=link_sid,
    )
    # Kept apart, so that what was begun to connect cannot be finished as a sign-in, nor the other way round.
    kind = APP_LINK if link_sid else APP
    url = leave(provider, attempt, kind=kind, key=str(session_id), ip=caller.ip)
    return Started(session_id=session_id, authorization_url=url)


@contextmanager
def finish_with(provider: Provider, attempt: Attempt, data: Finish, *, caller: Caller) -> Iterator[Upstream]:
    """Who came back. What is refused in here, or within the block, is recorded."""
    answer = {"code": data.code, "iss": data.iss, "error": data.error}
    with refusals_recorded(provider, caller=caller):
        given = {name: value for name, value in answer.items() if value is not None}
        yield come_back(provider, attempt, given)
