"""What codes were sent to a person who leaves; the codes themselves are never kept."""

from django.utils import timezone

from core_app.forgetting import Leaving
from otp_app.models import OtpChallenge


def forget(leaving: Leaving) -> None:
    """All but a code on its way to somebody who has the number now: that goes with the next clean-up."""
    OtpChallenge.objects.filter(address__in=leaving.addresses).exclude(expires_at__gt=timezone.now()).delete()
