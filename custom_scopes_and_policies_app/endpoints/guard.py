"""The last net of every machine endpoint: what is away for a while is a 503 the app understands, never a 500."""

import logging
from collections.abc import Callable
from functools import wraps

from django.db import DatabaseError, InterfaceError

from core_app.errors import Unavailable
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call

logger = logging.getLogger(__name__)

Endpoint = Callable[[Call], Answer]


def guarded(endpoint: Endpoint) -> Endpoint:
    """The endpoint, answering `temporarily_unavailable` with `Retry-After` when the database, or a key to sign with,
    is not there (R05, R09).

    Whatever it had begun is rolled back with its transaction, so that the app may simply try again.
    """

    @wraps(endpoint)
    def answer(call: Call) -> Answer:
        try:
            return endpoint(call)
        except (DatabaseError, InterfaceError) as error:
            logger.error("%s: database failed: %s", endpoint.__name__, type(error).__name__)
            return _try_again()
        except Unavailable as error:
            logger.error("%s: %s", endpoint.__name__, error.detail)
            return _try_again()

    return answer


def _try_again() -> Answer:
    payload = {"error": "temporarily_unavailable", "error_description": "Try again in a moment."}
    return Answer(503, payload, {**NO_STORE, "Retry-After": "1"})
