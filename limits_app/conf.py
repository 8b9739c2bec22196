"""Settings of the limits room."""

from core_app.conf import Setting


class LimitsSettings:
    FAILURE_LIMIT = Setting(
        3,
        "Failed sign-ins, per account and per address, before a lock. NIST SP 800-63B-4 allows up to 100 "
        "in a row; with a low limit, strangers can lock people out.",
    )
    LOCK_SECONDS = Setting(3600, "How long a lock lasts. Failures during it do not make it longer.")


conf = LimitsSettings()
