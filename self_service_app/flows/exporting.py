"""Downloading everything that is held on oneself: a fresh sign-in, a limit, a row of the record (and so a notice)."""

from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts_app.signals import person_exported
from core_app.caller import Caller
from core_app.exports import document_of
from limits_app import throttle
from self_service_app.conf import conf
from self_service_app.flows.fresh import require_fresh
from sessions_app.models import SsoSession

DAY = 86_400


def download(session: SsoSession, *, caller: Caller) -> StreamingHttpResponse:
    """The document as a file, written while it is sent. Raises NotFresh and TooManyAttempts."""
    require_fresh(session)
    throttle.hit(
        scope="account-export", key=str(session.user_id), limit=conf.EXPORTS_PER_DAY, per_seconds=DAY
    )
    now = timezone.now()
    with transaction.atomic():
        person_exported.emit(user_id=session.user_id, sid=session.sid, caller=caller)
    head = {"service": settings.ISSUER_URL, "made_at": now, "subject": session.user.sub}
    response = StreamingHttpResponse(document_of(session.user, head), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.json"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
