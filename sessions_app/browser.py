"""This browser: a long-lived random cookie that devices and unfinished logins are bound to.

It says nothing about who uses it and opens nothing by itself. Only hashes of it leave this module.
"""

import hashlib
import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sessions_app.conf import conf

COOKIE_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
# As long as anything that a tab has begun may wait.
FIRST_ID_SECONDS = 3600
MAX_FIRST_IDS = 10
_ATTRIBUTE = "_browser_id"


def cookie_name() -> str:
    """`__Host-` wherever cookies are Secure, so that no subdomain can set it (RFC 6265bis §4.1.3)."""
    return "__Host-browser" if settings.SESSION_COOKIE_SECURE else "browser"


def browser_binding(request: HttpRequest) -> str:
    """A stable opaque id of this browser: hex SHA-256 of its cookie. Makes the cookie when there is none yet."""
    return _binding_of(_browser_id(request))


def browser_bindings(request: HttpRequest) -> tuple[str, ...]:
    """Every binding that is this browser's: its own, and those of tabs that were opened before it had a cookie."""
    first_ids = [value for name, value in request.COOKIES.items() if name.startswith(_first_cookie_name(""))]
    others = [_binding_of(value) for value in first_ids[:MAX_FIRST_IDS] if COOKIE_FORM.fullmatch(value)]
    return tuple(dict.fromkeys([browser_binding(request), *others]))


def remember_browser(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie on the answer when this request has made or used one."""
    browser_id = getattr(request, _ATTRIBUTE, None)
    if browser_id is None or request.COOKIES.get(cookie_name()) == browser_id:
        return
    _set(response, cookie_name(), browser_id, seconds=conf.BROWSER_COOKIE_SECONDS)
    # Two tabs opened at once both come without a cookie, and the second answer overwrites the first one's. What each of
    # them has begun must still be theirs: a cookie that the other cannot overwrite says so for a while.
    own_name = _first_cookie_name(hashlib.sha256(browser_id.encode()).hexdigest()[:8])
    _set(response, own_name, browser_id, seconds=FIRST_ID_SECONDS)


def _set(response: HttpResponse, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _first_cookie_name(suffix: str) -> str:
    return f"{cookie_name()}-{suffix}"


def _binding_of(browser_id: str) -> str:
    return hashlib.sha256(b"browser-binding:" + browser_id.encode()).hexdigest()


def _browser_id(request: HttpRequest) -> str:
    browser_id = getattr(request, _ATTRIBUTE, None)
    if browser_id is None:
        presented = request.COOKIES.get(cookie_name(), "")
        browser_id = presented if COOKIE_FORM.fullmatch(presented) else secrets.token_urlsafe(32)
        setattr(request, _ATTRIBUTE, browser_id)
    return str(browser_id)
