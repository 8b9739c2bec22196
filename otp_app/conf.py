"""Settings of the one-time codes."""

from core_app.conf import Setting, as_list


def as_seconds(text: str) -> list[int]:
    """Read a comma-separated list of whole seconds. Raises ValueError."""
    return [int(part) for part in as_list(text)]


class OtpSettings:
    OTP_TTL_SECONDS = Setting(
        120,
        "How long a code is good. 300 is kinder to slow networks; above 600 is refused (NIST, ASVS 6.5.5).",
    )
    OTP_EMAIL_TTL_SECONDS = Setting(
        600, "The same for a code or link by e-mail, which takes longer to arrive and to be found."
    )
    OTP_EMAILS_PER_HOUR = Setting(6, "E-mails with a code to one address in an hour, all purposes together.")
    OTP_EMAILS_PER_DAY = Setting(20, "E-mails with a code to one address in 24 hours, all purposes together.")
    OTP_MAX_ATTEMPTS = Setting(
        3,
        "Wrong codes per number or address and purpose before a lock. Neither a new code nor a new session resets "
        "them.",
    )
    OTP_LOCK_SECONDS = Setting(3600, "Wrong codes are forgotten after so long without another one.")
    OTP_KEEP_DAYS = Setting(
        30, "How long it is kept when codes were sent to a number; the codes themselves never are."
    )
    OTP_RESEND_SECONDS = Setting[list[int]](
        [30, 60, 120, 300],
        "Wait before the second, third … code to the same number and purpose; the last figure repeats.",
        parse=as_seconds,
    )


conf = OtpSettings()
