"""Time-based codes (RFC 6238): six digits, 30 seconds, SHA-1, as every authenticator app knows them.

The clock is this server's alone. A code is good in its own time step and the ones beside it, once (RFC 6238 §5.2).
"""

import base64
import hmac
import logging
import secrets
from datetime import datetime, timedelta

import pyotp
import segno
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts_app.models import User
from core_app.keyring import SealBroken, seal, unseal
from mfa_app.conf import conf
from mfa_app.models import TotpFactor

logger = logging.getLogger(__name__)

PURPOSE = "totp-secret"
# RFC 4226 §4 R6 recommends 160 bits.
SECRET_BYTES = 20
STEP_SECONDS = 30
DRIFT_STEPS = 1
DIGITS = 6


def begin_setup(user: User, *, about: str) -> TotpFactor:
    """A factor with a new secret, which counts for nothing yet. One that was begun before is thrown away.

    `about` names the sign-in, or the login under way, that it is set up in.
    """
    TotpFactor.objects.filter(user=user, confirmed_at__isnull=True).delete()
    factor = TotpFactor(user=user, about=about)
    factor.secret_sealed = seal(PURPOSE, secrets.token_bytes(SECRET_BYTES), factor.id.bytes)
    factor.save(force_insert=True)
    return factor


def find_setup(user: User, *, about: str) -> TotpFactor | None:
    """The factor that this person is setting up there; None when there is none or it took too long."""
    since = timezone.now() - timedelta(seconds=conf.MFA_SETUP_SECONDS)
    begun = TotpFactor.objects.filter(user=user, confirmed_at__isnull=True, created_at__gt=since)
    return begun.filter(about=about).first()


def secret_of(factor: TotpFactor) -> str:
    """Base32, as it is typed in. Shown while the factor is set up and never again."""
    return base64.b32encode(unseal(PURPOSE, factor.secret_sealed, factor.id.bytes)).decode()


def setup_uri(factor: TotpFactor, *, account: str) -> str:
    """What the QR code says. `account` is how the app tells this entry from others."""
    return _totp(factor).provisioning_uri(name=account, issuer_name=settings.PRODUCT_NAME)


def qr_code(uri: str) -> str:
    """An SVG element; the light squares are painted too, so that it can be read in dark mode."""
    svg: str = segno.make(uri, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=True)
    return svg


def confirm(factor: TotpFactor, code: str) -> bool:
    """Make the factor count, when the code is right. True for exactly one caller."""
    step = _step_of(factor, code, timezone.now())
    if step is None:
        return False
    now = timezone.now()
    unconfirmed = TotpFactor.objects.filter(pk=factor.pk, confirmed_at__isnull=True)
    return bool(unconfirmed.update(confirmed_at=now, last_used_at=now, used_step=step))


def verify(user: User, code: str) -> bool:
    """Whether the code is one of this person's, of now, and not used yet. True for exactly one caller (H01)."""
    now = timezone.now()
    for factor in confirmed(user):
        step = _step_of(factor, code, now)
        if step is not None:
            unused = TotpFactor.objects.filter(pk=factor.pk, used_step__lt=step)
            return bool(unused.update(used_step=step, last_used_at=now))
    return False


def confirmed(user: User) -> QuerySet[TotpFactor]:
    """The factors that count, the oldest first."""
    return TotpFactor.objects.filter(user=user, confirmed_at__isnull=False).order_by("created_at")


def _step_of(factor: TotpFactor, code: str, now: datetime) -> int | None:
    """The time step that this is the code of; compared in constant time. A secret that does not open has no codes."""
    try:
        totp = _totp(factor)
    except SealBroken:
        logger.error("the secret of authenticator app %s does not open: is a master key missing?", factor.pk)
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def _totp(factor: TotpFactor) -> pyotp.TOTP:
    return pyotp.TOTP(secret_of(factor), digits=DIGITS, interval=STEP_SECONDS)
