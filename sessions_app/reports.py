"""“This wasn't me”: a signed link in the notice of a new device, with which the person closes it, once.

The link opens nothing and shows nothing of the account. Using it takes the password away: whoever signed in there may
know it, and a new one can only be set with a code to the person's own number.
"""

import uuid
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.services import disable_password
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.transactions import run_in_transaction
from sessions_app.conf import conf
from sessions_app.devices import forget_device
from sessions_app.ending import end_sessions_of
from sessions_app.models import Device, SsoSession
from sessions_app.signals import session_reported

SALT = "sessions_app.reports"
NOT_ME = SsoSession.EndReason.NOT_ME


class ReportRefused(AppError):
    """The link is not ours, too old, or was used."""

    code = "report_refused"

    def __init__(self) -> None:
        super().__init__(_("This link has been used, or it is too old."))


@dataclass(frozen=True, slots=True)
class Reportable:
    """The sign-in that a link is about, and where it was."""

    session: SsoSession
    device: Device | None


def report_token(sid: uuid.UUID) -> str:
    """What stands in the link. It is good for reporting this sign-in and for nothing else."""
    return signing.dumps(str(sid), salt=SALT)


def reportable(token: str) -> Reportable:
    """What the link is about. Raises ReportRefused."""
    try:
        sid = signing.loads(token, salt=SALT, max_age=conf.DEVICE_REPORT_SECONDS)
    except signing.BadSignature as error:
        raise ReportRefused from error
    session = (
        SsoSession.objects.select_related("user", "device")
        .filter(pk=uuid.UUID(sid), reported_at__isnull=True)
        .first()
    )
    if session is None:
        raise ReportRefused
    return Reportable(session, session.device)


def report(token: str, *, caller: Caller) -> SsoSession:
    """Close that sign-in and its device, end all others too, and take the password away. Raises ReportRefused."""
    reported = reportable(token)
    session = reported.session

    def close() -> None:
        is_first = SsoSession.objects.filter(pk=session.pk, reported_at__isnull=True).update(
            reported_at=timezone.now()
        )
        if not is_first:
            raise ReportRefused
        disable_password(user=session.user)
        end_sessions_of(user_id=session.user_id, reason=NOT_ME, caller=caller)
        if reported.device is not None:
            forget_device(device=reported.device)
        session_reported.emit(
            user_id=session.user_id,
            sid=session.sid,
            subject=reported.device.name if reported.device else "",
            caller=caller,
        )

    run_in_transaction(close)
    return session
