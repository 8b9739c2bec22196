"""What is shown when a way in leads nowhere: why, and how to go on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from core_app.errors import AppError, NotFound
from social_login_app.providers import Provider, find_provider

logger = logging.getLogger(__name__)


def provider_or_404(provider_id: str) -> Provider:
    """The enabled provider of this id. Raises Http404."""
    try:
        return find_provider(provider_id)
    except NotFound as error:
        raise Http404(str(error)) from error


def refusal_page(request: HttpRequest, error: AppError, *, next_url: str) -> HttpResponse:
    """The page, under the error's own status, with the way back to where the person was going."""
    login_url = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': next_url})}"
    context = {"error": error, "login_url": login_url}
    return render(request, "social/refused.html", context, status=error.status)


@contextmanager
def details_logged() -> Iterator[None]:
    """What people are not told, for the operator's log: which provider did not do what."""
    try:
        yield
    except AppError as error:
        if error.detail:
            logger.warning("social sign-in: %s", error.detail)
        raise
