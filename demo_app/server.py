"""The demonstration's telephone line to the server: plain HTTP, as any client would use it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from demo_app.conf import API_CLIENT_ID, CLIENT_ID, conf

DISCOVERY = "/.well-known/openid-configuration"
SHOWN_CHARACTERS = 12
KEPT_IN_FULL = {"grant_type", "client_id", "redirect_uri", "token_type_hint"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One call and what came back. `status` is 0 when nothing did. `sent` never holds a whole secret."""

    method: str
    path: str
    status: int
    body: Any
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def problem(self) -> str:
        """The server's error in one sentence; "" when there is none."""
        if self.is_good:
            return ""
        if not isinstance(self.body, dict):
            return _("The server answered with status %(status)s.") % {"status": self.status}
        parts = (str(self.body.get(name, "")) for name in ("error", "error_description"))
        return ": ".join(part for part in parts if part)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class ServerUnreachable(Exception):
    """The server did not say where its endpoints are. The text says why, for a page."""


def discover() -> dict[str, Any]:
    """The discovery document (OIDC Discovery §4). Raises ServerUnreachable when there is no good one."""
    answer = call("GET", settings.ISSUER_URL + DISCOVERY)
    if not answer.is_good or not isinstance(answer.body, dict):
        raise ServerUnreachable(answer.problem or _("The discovery document cannot be read."))
    # §4.3: the issuer named in the document must be the one that was asked.
    if answer.body.get("issuer") != settings.ISSUER_URL:
        raise ServerUnreachable(_("The discovery document names another issuer."))
    return answer.body


def exchange_code(endpoint: str, *, code: str, verifier: str, redirect_uri: str) -> Answer:
    """Trade the code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
    return call(
        "POST",
        endpoint,
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": CLIENT_ID,
            "code_verifier": verifier,
        },
    )


def refresh(endpoint: str, *, refresh_token: str) -> Answer:
    """Ask for a new pair (RFC 6749 §6)."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": CLIENT_ID}
    return call("POST", endpoint, form=form)


def revoke(endpoint: str, *, token: str, hint: str) -> Answer:
    """Give a token back (RFC 7009 §2.1)."""
    return call("POST", endpoint, form={"token": token, "token_type_hint": hint, "client_id": CLIENT_ID})


def introspect(endpoint: str, *, token: str) -> Answer:
    """Ask about a token as an API would: by a confidential client of its own (RFC 7662 §2.1)."""
    secret = conf.DEMO_API_SECRET
    if not secret:
        explanation = _(
            "DEMO_API_SECRET is not set. `python manage.py bootstrap` makes it; then start again."
        )
        body = {"error": "not_configured", "error_description": explanation}
        return Answer(method="POST", path=urlsplit(endpoint).path, status=0, body=body)
    return call("POST", endpoint, form={"token": token}, basic=(API_CLIENT_ID, secret))


def userinfo(endpoint: str, *, access_token: str) -> Answer:
    """Ask who signed in (OIDC Core §5.3)."""
    return call("GET", endpoint, bearer=access_token)


def call(
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    bearer: str = "",
) -> Answer:
    """One request; whatever goes wrong becomes an Answer that a page can show."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    path = urlsplit(url).path
    sent = {name: _shown(name, value) for name, value in (form or {}).items()}
    try:
        with connect() as line:
            response = line.request(method, url, data=form, headers=headers, auth=basic)
    except httpx.HTTPError as error:
        body = {"error": "unreachable", "error_description": f"{type(error).__name__}: {error}"}
        return Answer(method=method, path=path, status=0, body=body, sent=sent)
    return Answer(method=method, path=path, status=response.status_code, body=_body(response), sent=sent)


def connect() -> httpx.Client:
    """A client with a time limit, no redirects (endpoints do not redirect) and no proxy."""
    return httpx.Client(timeout=conf.DEMO_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text[:2000]


def _shown(name: str, value: str) -> str:
    return value if name in KEPT_IN_FULL or len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…"
