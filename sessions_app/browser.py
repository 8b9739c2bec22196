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
_ATTRIBUTE = "_browser_id"


def cookie_name() -> str:
    """`__Host-` wherever cookies are Secure, so that no subdomain can set it (RFC 6265bis §4.1.3)."""
    return "__Host-browser" if settings.SESSION_COOKIE_SECURE else "browser"


def browser_binding(request: HttpRequest) -> str:
    """A stable opaque id of this browser: hex SHA-256 of its cookie. Makes the cookie when there is none yet."""
    return hashlib.sha256(b"browser-binding:" + _browser_id(request).encode()).hexdigest()


def remember_browser(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie on the answer when this request has made or used one."""
    browser_id = getattr(request, _ATTRIBUTE, None)
    if browser_id is None or request.COOKIES.get(cookie_name()) == browser_id:
        return
    response.set_cookie(
        cookie_name(),
        browser_id,
        max_age=conf.BROWSER_COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _browser_id(request: HttpRequest) -> str:
    browser_id = getattr(request, _ATTRIBUTE, None)
    if browser_id is None:
        presented = request.COOKIES.get(cookie_name(), "")
        browser_id = presented if COOKIE_FORM.fullmatch(presented) else secrets.token_urlsafe(32)
        setattr(request, _ATTRIBUTE, browser_id)
    return str(browser_id)
