"""One attempt to sign in: the secrets that bind the answer to this browser (RFC 7636, OIDC Core §3.1.2.1)."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from demo_app.conf import CLIENT_ID, SCOPE

COOKIE = "demo_attempt"
SALT = "demo_app.attempt"
LIFETIME_SECONDS = 1800
PATH = "/demo/"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`state` comes back with the answer, `nonce` in the ID token, `verifier` goes to the token endpoint."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """The S256 challenge (RFC 7636 §4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def owns(self, state: str) -> bool:
        """Whether an answer with this state belongs to this attempt."""
        return hmac.compare_digest(self.state.encode(), state.encode())


def new_attempt() -> Attempt:
    return Attempt(
        state=secrets.token_urlsafe(24), nonce=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48)
    )


def authorization_url(endpoint: str, attempt: Attempt, *, redirect_uri: str, prompt: str = "") -> str:
    """Where to send the browser (RFC 6749 §4.1.1)."""
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    if prompt:
        query["prompt"] = prompt
    return f"{endpoint}?{urlencode(query)}"


def remember(request: HttpRequest, response: HttpResponse, attempt: Attempt) -> None:
    """Keep the attempt in a signed cookie of this browser. Lax: the way back is a top-level navigation."""
    text = "|".join(asdict(attempt).values())
    response.set_signed_cookie(
        COOKIE,
        text,
        salt=SALT,
        max_age=LIFETIME_SECONDS,
        path=PATH,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def recall(request: HttpRequest) -> Attempt | None:
    """This browser's attempt, or None when there is none, or it is too old or not ours."""
    text = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=LIFETIME_SECONDS)
    parts = (text or "").split("|")
    return Attempt(*parts) if len(parts) == 3 else None


def forget(response: HttpResponse) -> None:
    """An attempt is used once."""
    response.delete_cookie(COOKIE, path=PATH)
