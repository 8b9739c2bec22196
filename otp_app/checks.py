"""Figures that would make the codes useless or unsafe stop the start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from otp_app.conf import conf

BAD_TTL = "otp_app.E001"
BAD_ATTEMPTS = "otp_app.E002"
BAD_RESEND = "otp_app.E003"
SHORTEST_TTL, LONGEST_TTL = 30, 600
MOST_ATTEMPTS = 10


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for lifetimes, tries and pauses outside what NIST SP 800-63B-4 and ASVS 6.5 allow."""
    errors: list[CheckMessage] = []
    for name in ("OTP_TTL_SECONDS", "OTP_EMAIL_TTL_SECONDS"):
        if not SHORTEST_TTL <= getattr(conf, name) <= LONGEST_TTL:
            errors.append(Error(f"{name} must be {SHORTEST_TTL} to {LONGEST_TTL}.", id=BAD_TTL))
    if not 1 <= conf.OTP_MAX_ATTEMPTS <= MOST_ATTEMPTS:
        errors.append(Error(f"OTP_MAX_ATTEMPTS must be 1 to {MOST_ATTEMPTS}.", id=BAD_ATTEMPTS))
    if not conf.OTP_RESEND_SECONDS or min(conf.OTP_RESEND_SECONDS) < 1:
        errors.append(
            Error("OTP_RESEND_SECONDS must be seconds above zero, as in 30,60,120,300.", id=BAD_RESEND)
        )
    return errors
