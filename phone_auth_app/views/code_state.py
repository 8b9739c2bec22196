"""Where a browser keeps that it waits for a code.

Until the number is proven it hangs on the browser cookie, which opens nothing. With the proof it moves to a random
id in a fresh Django session: whoever planted or copied earlier cookies gets nothing (I01).
"""

import secrets

from django.http import HttpRequest

from core_app import kept
from otp_app.purposes import Purpose
from phone_auth_app.flows import codes
from phone_auth_app.flows.codes import PendingCode
from sessions_app.browser import browser_binding


def load(request: HttpRequest, purpose: Purpose) -> PendingCode | None:
    """What this browser waits for, not proven yet; None when there is nothing or it waited too long."""
    binding = browser_binding(request)
    return codes.load(purpose, binding, binding=binding)


def keep(request: HttpRequest, pending: PendingCode) -> None:
    """Remember it; what was proven for this purpose before is given up."""
    drop_proven(request, Purpose(pending.purpose))
    codes.save(pending.binding, pending)


def drop(request: HttpRequest, purpose: Purpose) -> None:
    """Forget what is not proven: it has done its work, or was given up."""
    kept.drop(purpose.value, browser_binding(request))


def load_proven(request: HttpRequest, purpose: Purpose) -> PendingCode | None:
    """What was proven in this browser. Asks the cache only when there can be something."""
    proven_id = request.session.get(_session_key(purpose))
    if not proven_id:
        return None
    return codes.load(purpose, proven_id, binding=browser_binding(request))


def keep_proven(request: HttpRequest, pending: PendingCode) -> None:
    """Remember what has just been proven, under new ids."""
    purpose = Purpose(pending.purpose)
    proven_id = secrets.token_urlsafe(24)
    codes.save(proven_id, pending)
    request.session.cycle_key()
    request.session[_session_key(purpose)] = proven_id
    kept.drop(purpose.value, pending.binding)


def take_proven(request: HttpRequest, purpose: Purpose) -> bool:
    """Use the proof up. True for exactly one of several requests at once."""
    proven_id = request.session.pop(_session_key(purpose), None)
    return bool(proven_id) and kept.take(purpose.value, proven_id)


def drop_proven(request: HttpRequest, purpose: Purpose) -> None:
    """Forget what was proven, if there is anything."""
    proven_id = request.session.pop(_session_key(purpose), None)
    if proven_id:
        kept.drop(purpose.value, proven_id)


def _session_key(purpose: Purpose) -> str:
    return f"phone_{purpose.value}"
