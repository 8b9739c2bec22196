"""What of this room says nothing any more: numbers that no code was sent to for long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core_app.cleanup import OldRows
from otp_app.conf import conf
from otp_app.models import OtpChallenge


def old_rows(now: datetime) -> Sequence[OldRows]:
    """For `manage.py cleanup`. Wrong codes are never forgotten before their time: a row that is gone starts anew."""
    kept = max(timedelta(days=conf.OTP_KEEP_DAYS), timedelta(seconds=conf.OTP_LOCK_SECONDS))
    unused = OtpChallenge.objects.filter(sent_at__lt=now - kept).exclude(attempted_at__gte=now - kept)
    return [OldRows("otp.challenges", unused.order_by("sent_at"))]
