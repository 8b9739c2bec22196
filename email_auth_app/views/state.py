"""Where a browser keeps that it waits for an e-mail.

Until the address is proven it hangs on the browser cookie, which opens nothing. With the proof it moves to a random id
in a fresh Django session: whoever planted or copied earlier cookies gets nothing (I01).
"""

import secrets

from django.http import HttpRequest

from core_app import kept
from email_auth_app.flows import proofs
from email_auth_app.flows.proofs import PendingProof, kind_of
from otp_app.purposes import Purpose
from sessions_app.browser import browser_binding


def load(request: HttpRequest, purpose: Purpose) -> PendingProof | None:
    """What this browser waits for, not proven yet; None when there is nothing or it waited too long."""
    return _own(request, proofs.load(purpose, browser_binding(request)))


def keep(request: HttpRequest, pending: PendingProof) -> None:
    """Remember it; what was proven for this purpose before is given up."""
    drop_proven(request, Purpose(pending.purpose))
    proofs.save(pending.binding, pending)


def drop(request: HttpRequest, purpose: Purpose) -> None:
    """Forget what is not proven: it has done its work, or was given up."""
    kept.drop(kind_of(purpose), browser_binding(request))


def load_proven(request: HttpRequest, purpose: Purpose) -> PendingProof | None:
    """What was proven in this browser. Asks the cache only when there can be something."""
    proven_id = request.session.get(_session_key(purpose))
    return _own(request, proofs.load(purpose, proven_id)) if proven_id else None


def keep_proven(request: HttpRequest, pending: PendingProof) -> None:
    """Remember what has just been proven, under new ids."""
    purpose = Purpose(pending.purpose)
    proven_id = secrets.token_urlsafe(24)
    proofs.save(proven_id, pending)
    request.session.cycle_key()
    request.session[_session_key(purpose)] = proven_id
    kept.drop(kind_of(purpose), pending.binding)


def take_proven(request: HttpRequest, purpose: Purpose) -> bool:
    """Use the proof up. True for exactly one of several requests at once."""
    proven_id = request.session.pop(_session_key(purpose), None)
    return bool(proven_id) and kept.take(kind_of(purpose), proven_id)


def drop_proven(request: HttpRequest, purpose: Purpose) -> None:
    """Forget what was proven, if there is anything."""
    proven_id = request.session.pop(_session_key(purpose), None)
    if proven_id:
        kept.drop(kind_of(purpose), proven_id)


def _own(request: HttpRequest, pending: PendingProof | None) -> PendingProof | None:
    return pending if pending and pending.binding == browser_binding(request) else None


def _session_key(purpose: Purpose) -> str:
    return f"email_{purpose.value}"
