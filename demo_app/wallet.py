"""Where the demonstration keeps the tokens: in the cache, under a random id; not in the login session."""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

COOKIE = "demo"
PATH = "/demo/"
LIFETIME_SECONDS = 12 * 3600


@dataclass(slots=True)
class Wallet:
    """One browser's tokens, what the ID token said when it was checked, and the last call made with them."""

    access_token: str
    id_token: str
    refresh_token: str = ""
    identity: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    last_title: str = ""

    def take(self, tokens: dict[str, Any]) -> None:
        """Keep what a token answer holds; what it leaves out stays as it was (RFC 6749 §6)."""
        self.access_token = str(tokens.get("access_token") or self.access_token)
        self.id_token = str(tokens.get("id_token") or self.id_token)
        self.refresh_token = str(tokens.get("refresh_token") or self.refresh_token)


def open_wallet(request: HttpRequest) -> Wallet | None:
    """This browser's wallet, or None."""
    name = request.COOKIES.get(COOKIE, "")
    kept = cache.get(_key(name)) if name else None
    return Wallet(**kept) if kept else None


def save(request: HttpRequest, wallet: Wallet) -> None:
    """Write a changed wallet back."""
    cache.set(_key(request.COOKIES[COOKIE]), asdict(wallet), LIFETIME_SECONDS)


def hand_over(request: HttpRequest, response: HttpResponse, wallet: Wallet) -> None:
    """Store a new wallet under a new name: a name known before sign-in must not open it."""
    name = secrets.token_urlsafe(32)
    cache.set(_key(name), asdict(wallet), LIFETIME_SECONDS)
    response.set_cookie(
        COOKIE,
        name,
        max_age=LIFETIME_SECONDS,
        path=PATH,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def throw_away(request: HttpRequest, response: HttpResponse) -> None:
    """Forget the tokens on both sides."""
    if name := request.COOKIES.get(COOKIE, ""):
        cache.delete(_key(name))
    response.delete_cookie(COOKIE, path=PATH)


def _key(name: str) -> str:
    return f"demo:wallet:{name}"
