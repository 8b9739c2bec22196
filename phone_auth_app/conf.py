"""Settings of signing up and in by phone."""

from core_app.conf import Setting


class PhoneAuthSettings:
    SIGNUP_STARTS_PER_IP_PER_HOUR = Setting(
        30, "How many sign-ups may be started from one address in an hour before it has to wait."
    )
    SIGNUP_PENDING_SECONDS = Setting(900, "How long an unfinished sign-up may wait for its next step.")


conf = PhoneAuthSettings()
