"""The line to a provider: every wait and every answer bounded, no redirect followed."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from social_login_app.conf import conf
from social_login_app.errors import NotConfirmed, ProviderAway
from social_login_app.providers import Provider

MOST_BYTES = 256 * 1024
MOST_OF_A_DETAIL = 300
CONNECT_SECONDS = 2.0
SERVER_ERROR = 500
OK = 200
JSON = {"Accept": "application/json"}


class Line:
    """One conversation: its requests share `SOCIAL_HTTP_SECONDS`.

    Its methods raise ProviderAway when no good answer came in time, and NotConfirmed when one came that says no.
    """

    def __init__(self, provider: Provider, client: httpx.Client) -> None:
        self._provider = provider
        self._client = client
        self._deadline = time.monotonic() + conf.SOCIAL_HTTP_SECONDS

    def get(self, url: str, *, bearer: str = "") -> Any:
        """The JSON at an address."""
        headers = {**JSON, **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        status, document = self._ask("GET", url, headers=headers)
        if status != OK:
            raise self._away(f"{url} answered {status}")
        return document

    def redeem(self, url: str, *, auth_method: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The token response (RFC 6749 §5.1) for a code. GitHub says its errors under 200."""
        fields, auth = dict(form), None
        if auth_method == "client_secret_basic":
            # Encoded before they are joined (RFC 6749 §2.3.1): a secret may hold a colon.
            auth = (quote(self._provider.client_id, safe=""), quote(self._provider.client_secret, safe=""))
        else:
            fields["client_id"] = self._provider.client_id
        if auth_method == "client_secret_post":
            fields["client_secret"] = self._provider.client_secret
        status, answer = self._ask("POST", url, headers=JSON, form=fields, auth=auth)
        if status != OK or not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            error = answer.get("error", "") if isinstance(answer, dict) else ""
            raise NotConfirmed(
                self._provider.label, f"token endpoint answered {status} {_word(error)}".rstrip()
            )
        return answer

    def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> tuple[int, Any]:
        left = self._seconds_left()
        timeout = httpx.Timeout(left, connect=min(left, CONNECT_SECONDS))
        try:
            with self._client.stream(
                method, url, headers=headers, data=form, auth=auth, timeout=timeout
            ) as response:
                body = self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._away(f"{type(error).__name__} at {url}") from error
        if response.status_code >= SERVER_ERROR:
            raise self._away(f"{url} answered {response.status_code}")
        try:
            return response.status_code, httpx.Response(OK, content=body).json()
        except ValueError as error:
            raise self._away(f"{url} answered {response.status_code} without JSON") from error

    def _read(self, response: httpx.Response) -> bytes:
        read = bytearray()
        for chunk in response.iter_bytes():
            read += chunk
            if len(read) > MOST_BYTES:
                raise self._away("the answer is too long")
            # A byte now and then keeps every single read within its time-out.
            self._seconds_left()
        return bytes(read)

    def _seconds_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._away("took too long")
        return left

    def _away(self, detail: str) -> ProviderAway:
        # Addresses come from the provider's metadata: nothing unprintable of them reaches the log (L03).
        printable = "".join(letter for letter in detail if letter.isprintable())
        return ProviderAway(self._provider.label, f"{self._provider.id}: {printable}"[:MOST_OF_A_DETAIL])


@contextmanager
def line_to(provider: Provider) -> Iterator[Line]:
    """A line for as long as it is needed."""
    with httpx.Client(follow_redirects=False) as client:
        yield Line(provider, client)


def _word(error: object) -> str:
    """An error code as it may stand in a log."""
    return "".join(letter for letter in str(error)[:60] if letter.isalnum() or letter in "_-.")
