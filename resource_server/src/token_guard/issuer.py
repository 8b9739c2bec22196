"""Talks to the issuer: bounded in time and size, never redirected, and only to where the issuer itself said."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from token_guard.errors import TemporarilyUnavailable

logger = logging.getLogger("token_guard")

Clock = Callable[[], float]
TIMEOUT = httpx.Timeout(5.0, connect=2.0)
WHOLE_ANSWER_SECONDS = 10.0
MAX_ANSWER_BYTES = 256 * 1024
RETRY_SECONDS = 5.0
METADATA_PATH = "/.well-known/openid-configuration"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Issuer:
    """The authorization server at `url`, its identifier, which is compared character by character.

    `connect_to` is an origin to connect to instead, as http://server:8000 inside a cluster; the Host header stays the
    issuer's. Raises ValueError for an address that is neither https nor on this machine.
    """

    def __init__(self, url: str, *, connect_to: str = "", clock: Clock = time.monotonic) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.query or parts.fragment or parts.scheme not in {"http", "https"}:
            raise ValueError("issuer must be an http(s) address without query and fragment")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("issuer must use https: whoever can change its keys on the way can make tokens")
        self.url = url
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._connect_to = connect_to.rstrip("/")
        self._clock = clock
        self._lock = Lock()
        self._metadata: Mapping[str, Any] | None = None
        self._next_try = float("-inf")
        # No proxies or netrc from the environment: nothing but what was configured decides where secrets go.
        self._http = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def endpoint(self, name: str) -> str:
        """An address from the metadata, as `jwks_uri`. Raises TemporarilyUnavailable."""
        address = self._read_metadata().get(name)
        if not isinstance(address, str) or not self._may_call(address):
            raise TemporarilyUnavailable(f"the metadata have no usable {name}")
        return address

    def get_json(self, address: str) -> dict[str, Any]:
        """A JSON object from the issuer. Raises TemporarilyUnavailable."""
        return self._send(self._request("GET", address), None)

    def post_form(
        self, address: str, form: Mapping[str, str], credentials: tuple[str, str]
    ) -> dict[str, Any]:
        """The JSON object that answers a form sent with HTTP Basic. Raises TemporarilyUnavailable."""
        # RFC 6749 §2.3.1: both are form-encoded before they become user name and password.
        basic = httpx.BasicAuth(*map(quote_plus, credentials))
        return self._send(self._request("POST", address, data=dict(form)), basic)

    def _read_metadata(self) -> Mapping[str, Any]:
        """The metadata, read once (OIDC Discovery §4). After a failure nobody asks again for a moment."""
        if self._metadata is not None:
            return self._metadata
        with self._lock:
            if self._metadata is None:
                if self._clock() < self._next_try:
                    raise TemporarilyUnavailable("the metadata could not be read a moment ago")
                self._next_try = self._clock() + RETRY_SECONDS
                self._metadata = self._checked_metadata()
            return self._metadata

    def _checked_metadata(self) -> Mapping[str, Any]:
        metadata = self.get_json(self.url.rstrip("/") + METADATA_PATH)
        # §4.3: a document that names another issuer would make its keys ours.
        if metadata.get("issuer") != self.url:
            raise TemporarilyUnavailable("the metadata name another issuer")
        return metadata

    def _may_call(self, address: str) -> bool:
        """https, or the issuer's own origin: metadata cannot lead to a plain address elsewhere."""
        return address.startswith("https://") or address.startswith(f"{self._origin}/")

    def _request(self, method: str, address: str, **body: Any) -> httpx.Request:
        # Uncompressed, so that the limit of size is one of memory too.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._connect_to and address.startswith(f"{self._origin}/"):
            headers["Host"] = urlsplit(self._origin).netloc
            address = self._connect_to + address.removeprefix(self._origin)
        return self._http.build_request(method, address, headers=headers, **body)

    def _send(self, request: httpx.Request, auth: httpx.Auth | None) -> dict[str, Any]:
        try:
            try:
                return self._exchange(request, auth)
            except httpx.RemoteProtocolError:
                # A kept connection that the server had just closed. Everything sent here may be sent twice.
                return self._exchange(request, auth)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            logger.warning("%s: %s", request.url.path, str(error) or type(error).__name__)
            raise TemporarilyUnavailable(f"{request.url.path} gave no usable answer") from error

    def _exchange(self, request: httpx.Request, auth: httpx.Auth | None) -> dict[str, Any]:
        answer = self._http.send(request, auth=auth, stream=True)
        try:
            return _read_object(answer)
        finally:
            answer.close()


def _read_object(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of a 200 answer. Raises ValueError, also for one that is too long or comes too slowly."""
    if answer.status_code != httpx.codes.OK:
        raise ValueError(f"answered {answer.status_code}")
    deadline = time.monotonic() + WHOLE_ANSWER_SECONDS
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
            raise ValueError("the answer is too long or too slow")
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("the answer is not a JSON object")
    return value
