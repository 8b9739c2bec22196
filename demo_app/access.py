"""Keeps the demonstration out of production a second time: addresses mounted only there ask again."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def demonstration_only(view: View[P]) -> View[P]:
    """404 unless DEBUG and DEMO are both on. Answers are never cached: they hold tokens and codes."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (settings.DEBUG and settings.DEMO):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
