"""What a locked-out caller is told: when to come back, and nothing about the account."""

import math
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from limits_app.identity import username_of
from limits_app.locks import Locked, seconds_left

TOO_MANY_REQUESTS = 429


def locked_page(
    request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """The `AXES_LOCKOUT_CALLABLE`: a page with status 429 (RFC 6585 §4) and `Retry-After` in seconds."""
    locked: Locked | None = getattr(request, "limits_locked", None)
    left = locked.retry_after if locked else seconds_left(request, username_of(request, credentials) or "")
    seconds = max(1, left or 0)
    page = render(
        request, "limits/locked.html", {"minutes": math.ceil(seconds / 60)}, status=TOO_MANY_REQUESTS
    )
    page["Retry-After"] = str(seconds)
    page["Cache-Control"] = "no-store"
    return page
