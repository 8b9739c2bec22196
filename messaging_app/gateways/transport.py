"""One HTTP request to a gateway, and what its end says about the message: taken nothing, or nobody knows."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from messaging_app.gateways.base import GatewayUnavailable, OutcomeUnknown

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 2.0, 5.0, 15.0
MOST_BYTES = 64 * 1024
# The request had not left, or not as a whole.
NEVER_LEFT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol,
    httpx.ProxyError, httpx.LocalProtocolError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and text of the gateway's answer."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be asked. `json` and `form` exclude each other."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    json: object = None
    auth: tuple[str, str] | None = None


def make_client() -> httpx.Client:
    """A client without kept connections: one that the other side has closed meanwhile would look like a request
    that got no answer.
    """
    return httpx.Client(
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_keepalive_connections=0),
        follow_redirects=False,
    )


def exchange(client: httpx.Client, call: Call) -> Answer:
    """Ask, and read at most 64 KB of answer.

    Raises GatewayUnavailable when the request did not leave, OutcomeUnknown when it did and no answer came.
    """
    try:
        return _exchange(client, call)
    except NEVER_LEFT as error:
        raise GatewayUnavailable(type(error).__name__) from error
    except (httpx.InvalidURL, ValueError) as error:  # a header or address that cannot be sent at all
        raise GatewayUnavailable(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise OutcomeUnknown(type(error).__name__) from error


def _address(call: Call) -> httpx.URL:
    """A query that the address has already is kept."""
    return httpx.URL(call.url).copy_merge_params(call.query or {})


def _exchange(client: httpx.Client, call: Call) -> Answer:
    started = time.monotonic()
    request = client.build_request(
        call.method, _address(call), headers=call.headers, data=call.form, json=call.json
    )
    response = client.send(request, auth=call.auth, stream=True)
    try:
        read = bytearray()
        for chunk in response.iter_bytes():
            read += chunk
            if len(read) > MOST_BYTES:
                break
            # A gateway that drips its answer byte by byte keeps within the read time-out for ever.
            if time.monotonic() - started > TOTAL_SECONDS:
                raise httpx.ReadTimeout("the answer takes too long", request=request)
    finally:
        response.close()
    return Answer(status=response.status_code, text=bytes(read[:MOST_BYTES]).decode(errors="replace"))
