"""What every entrance does alike: read the body, ask the endpoint, and answer whatever happens meanwhile."""

import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from custom_scopes_and_policies_app.clients import is_cached_client
from custom_scopes_and_policies_app.endpoints.call import BARE, NO_STORE, Answer, call_from_environ
from custom_scopes_and_policies_app.endpoints.guard import Endpoint

logger = logging.getLogger(__name__)

NOT_WHOLE = Answer(
    400, {"error": "invalid_request", "error_description": "The request did not arrive whole."}, NO_STORE
)
OUR_FAULT = Answer(
    500, {"error": "server_error", "error_description": "Something went wrong on our side."}, NO_STORE
)


def answer_to(
    environ: MutableMapping[str, Any],
    endpoint: Endpoint,
    *,
    method: str,
    read_body: Callable[[], bytes],
    on_surprise: Callable[[], object],
) -> Answer:
    """The endpoint's answer to the request with this WSGI environ (or Django's META). Never raises an Exception.

    `on_surprise` is told of an error nobody expected, while it is being handled. `environ["auth.client_id"]` names the
    app afterwards, for the access line.
    """
    try:
        body = read_body()
    except (OSError, ValueError):
        # The caller went away in the middle of its body, and will hardly read this; or its length is no number.
        return NOT_WHOLE
    try:
        answer = endpoint(call_from_environ(environ, method=method, body=body))
    except Exception:
        logger.exception("%s: unexpected error", endpoint.__name__)
        on_surprise()
        return OUR_FAULT
    if answer.client_id and is_cached_client(answer.client_id):
        # What a stranger only claims to be stays out of it.
        environ["auth.client_id"] = answer.client_id
    return answer


def content_type_of(answer: Answer, body: bytes) -> str:
    """The media type of an answer's body, "" where there is nothing it could be the type of."""
    if answer.status in BARE:
        return ""
    return "application/json" if body else "text/plain"
