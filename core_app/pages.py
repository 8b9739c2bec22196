"""What the pages of the login rooms share: where to go afterwards, redirects that fit a POST, and refusals."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core_app.errors import AppError, SignInAgain, TooManyAttempts, Unavailable
from core_app.safe_redirect import safe_path

View = Callable[..., HttpResponse]
HOME = "/"


def page(view: View) -> View:
    """A page that signs in or changes an account: never cached, its secrets kept out of error reports, limits said
    kindly.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        try:
            return view(request, **arguments)
        except (TooManyAttempts, Unavailable) as error:
            return not_now(request, error)
        except SignInAgain as error:
            messages.warning(request, str(error.message))
            return see_other(url_with_next(settings.LOGIN_URL, request, prompt="login"))

    allowed = require_http_methods(["GET", "HEAD", "POST"])(guarded)
    guarded_page: View = never_cache(
        sensitive_post_parameters("password", "current_password", "code")(allowed)
    )
    return guarded_page


def next_of(request: HttpRequest) -> str:
    """Where the person wants to go afterwards: a path of this server, or home."""
    return safe_path(request.GET.get("next"), HOME)


def url_with_next(name: str, request: HttpRequest, **query: str) -> str:
    """The URL of another page, carrying `next` on."""
    target = next_of(request)
    carried = {**({} if target == HOME else {"next": target}), **query}
    return reverse(name) + (f"?{urlencode(carried)}" if carried else "")


def continue_url(request: HttpRequest) -> str:
    """Where "continue as …" leads. Asked to choose an account, the choice is said to whoever asked for it."""
    target = next_of(request)
    if request.GET.get("prompt") != "select_account":
        return target
    return f"{target}{'&' if '?' in target else '?'}account=current"


def is_switching(request: HttpRequest) -> bool:
    """Whether somebody who is signed in wants the form all the same (`prompt=login`, OIDC Core §3.1.2.1)."""
    return request.GET.get("prompt") == "login"


def signed_in_page(request: HttpRequest, page_name: str, *, is_signup: bool = False) -> HttpResponse:
    """For whoever is signed in already: go on, or be somebody else, who would go on with the page `page_name`."""
    context = {
        "next_url": continue_url(request),
        "other_url": url_with_next(page_name, request, prompt="login"),
        "is_signup": is_signup,
    }
    return render(request, "signed_in.html", context)


def see_other(url: str) -> HttpResponseRedirect:
    """303: the next page is asked for by GET, so that no browser sends a password on (RFC 9700 §4.12)."""
    return HttpResponseRedirect(url, status=303)


def refused(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    error: AppError,
    *,
    field: str | None = None,
) -> HttpResponse:
    """The page of `context["form"]` again, with the error said at `field`, under the error's own status."""
    context["form"].add_error(field, str(error.message))
    return _with_retry(render(request, template, context, status=error.status), error)


def not_now(request: HttpRequest, error: AppError) -> HttpResponse:
    """The page of a reached limit or of something that is away: what happened, and when to come back."""
    minutes = math.ceil(error.retry_after / 60) if error.retry_after else None
    context = {"error": error, "minutes": minutes}
    return _with_retry(render(request, "not_now.html", context, status=error.status), error)


def _with_retry(response: HttpResponse, error: AppError) -> HttpResponse:
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response
