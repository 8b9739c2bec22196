"""Where a browser's unfinished sign-up is kept.

Until the number is proven it hangs on the browser cookie, which opens nothing. With the proof it moves to a
random id in a fresh Django session: whoever planted or copied earlier cookies gets nothing (I01).
"""

import secrets

from django.http import HttpRequest

from phone_auth_app.flows import pending as store
from phone_auth_app.flows.pending import PendingSignup
from sessions_app.browser import browser_binding

SESSION_KEY = "phone_signup"


def load(request: HttpRequest) -> PendingSignup | None:
    """This browser's sign-up, the proven one first; None when there is none or it waited too long."""
    binding = browser_binding(request)
    return load_proven(request) or store.load(binding, binding=binding)


def load_proven(request: HttpRequest) -> PendingSignup | None:
    """This browser's sign-up if its number is proven. Asks the cache only when there can be one."""
    proven_id = request.session.get(SESSION_KEY)
    return store.load(proven_id, binding=browser_binding(request)) if proven_id else None


def keep(request: HttpRequest, pending: PendingSignup) -> None:
    """Remember a sign-up whose number is not proven yet; a proven one of this browser is given up."""
    drop_proven(request)
    store.save(pending.binding, pending)


def keep_proven(request: HttpRequest, pending: PendingSignup) -> None:
    """Remember a sign-up that has just proven its number, under new ids."""
    proven_id = secrets.token_urlsafe(24)
    store.save(proven_id, pending)
    request.session.cycle_key()
    request.session[SESSION_KEY] = proven_id
    store.drop(pending.binding)


def forget(request: HttpRequest) -> None:
    """Drop whatever sign-up this browser has."""
    drop_proven(request)
    store.drop(browser_binding(request))


def drop_proven(request: HttpRequest) -> None:
    """Drop the sign-up whose number is proven, if there is one."""
    proven_id = request.session.pop(SESSION_KEY, None)
    if proven_id:
        store.drop(proven_id)
