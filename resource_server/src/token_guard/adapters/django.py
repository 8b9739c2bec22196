"""Django: a decorator for views, plain or async. No middleware, no settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from token_guard.errors import GuardError
from token_guard.guard import Guard
from token_guard.requirement import Requirement
from token_guard.token import Token

TOKEN_ATTRIBUTE = "access_token"  # noqa: S105  where it is found, not a secret
View = Callable[..., Any]


def protected(guard: Guard, requirement: Requirement | None = None) -> Callable[[View], View]:
    """Let a view be called only with a token that meets the requirement; `token_of` has it then.

    The view needs no CSRF token: a bearer token is never sent by a browser on its own.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = _admit(request, guard, requirement)
            return refusal or view(request, *args, **kwargs)

        @wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # In a thread: the guard may have to ask the issuer.
            refusal = await sync_to_async(_admit, thread_sensitive=False)(request, guard, requirement)
            return refusal or await view(request, *args, **kwargs)

        return csrf_exempt(guarded_async if iscoroutinefunction(view) else guarded)

    return decorate


def token_of(request: HttpRequest) -> Token:
    """The token of a request to a protected view. Raises AttributeError for another request."""
    token: Token = getattr(request, TOKEN_ATTRIBUTE)
    return token


def _admit(request: HttpRequest, guard: Guard, requirement: Requirement | None) -> JsonResponse | None:
    try:
        token = guard.check(request.META.get("HTTP_AUTHORIZATION"), requirement)
    except GuardError as error:
        return JsonResponse(error.payload, status=error.status, headers=error.headers)
    setattr(request, TOKEN_ATTRIBUTE, token)
    return None
