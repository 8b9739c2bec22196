"""Who calls the JSON API: plugged in by dotted path, because access tokens are read floors above."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest
from django.utils.module_loading import import_string

from sessions_app.conf import conf
from sessions_app.models import SsoSession

ApiCaller = Callable[[HttpRequest], SsoSession]


def api_caller(request: HttpRequest) -> SsoSession:
    """The caller's live sign-in, with its `user`. Raises what `API_CALLER` names raises for everybody else."""
    return _find(conf.API_CALLER)(request)


@lru_cache(maxsize=4)
def _find(path: str) -> ApiCaller:
    found: ApiCaller = import_string(path)
    return found
