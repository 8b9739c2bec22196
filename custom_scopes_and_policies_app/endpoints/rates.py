"""How often a machine endpoint may be asked: by an address before anything is read, by an app once it proved itself.

A public app's id proves nothing: whoever knows it could use up what the app may ask. Only addresses count for those.
"""

from collections.abc import Callable
from functools import wraps

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call
from custom_scopes_and_policies_app.endpoints.guard import Endpoint
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.signals import endpoint_flooded
from limits_app.network import ip_bucket
from limits_app.shares import take

MINUTE = 60
PER_ADDRESS: dict[str, Callable[[], int]] = {
    "token": lambda: conf.TOKEN_REQUESTS_PER_ADDRESS,
    "introspection": lambda: conf.INTROSPECTIONS_PER_ADDRESS,
    "revocation": lambda: conf.REVOCATIONS_PER_ADDRESS,
    "userinfo": lambda: conf.USERINFO_REQUESTS_PER_ADDRESS,
}
PER_CLIENT: dict[str, Callable[[], int]] = {
    "token": lambda: conf.TOKEN_REQUESTS_PER_CLIENT,
    "introspection": lambda: conf.INTROSPECTIONS_PER_CLIENT,
}


class Flooded(Exception):
    """Too many requests; `answer` says so. Not an OAuthError: no row of the record for each of them."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("too many requests")
        self.answer = answer


def limited(kind: str) -> Callable[[Endpoint], Endpoint]:
    """The endpoint, answering 429 with `Retry-After` (RFC 6585 §4) to whoever asks too often."""

    def for_everybody(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def answer(call: Call) -> Answer:
            try:
                _count_address(kind, call)
                return endpoint(call)
            except Flooded as flood:
                return flood.answer

        return answer

    return for_everybody


def count_client(kind: str, client: Application, call: Call) -> None:
    """Count a call of an app that has proven to be itself. Raises Flooded."""
    if client.is_confidential:
        _count(kind, f"{kind}-client", client.client_id, PER_CLIENT[kind](), call, client_id=client.client_id)


def _count_address(kind: str, call: Call) -> None:
    """An address that the server cannot tell is nobody's in particular: it is not counted."""
    bucket = ip_bucket(call.caller.ip)
    if bucket:
        _count(kind, f"{kind}-address", bucket, PER_ADDRESS[kind](), call)


def _count(kind: str, name: str, key: str, limit: int, call: Call, *, client_id: str = "") -> None:
    refusal = take(name=name, key=key, limit=limit, per_seconds=MINUTE)
    if refusal is None:
        return
    if refusal.is_first:
        endpoint_flooded.emit(
            client_id=client_id, subject=kind, outcome="refused", reason=name, caller=call.caller
        )
    payload = {
        "error": "temporarily_unavailable",
        "error_description": f"Too many requests. Try again in {refusal.retry_after} s.",
    }
    headers = {**NO_STORE, "Retry-After": str(refusal.retry_after)}
    raise Flooded(Answer(429, payload, headers, client_id=client_id))
