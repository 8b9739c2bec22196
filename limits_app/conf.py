"""Settings of the limits room."""

from core_app.conf import Setting


class LimitsSettings:
    FAILURE_LIMIT = Setting(
        3,
        "Failed proofs of any kind (password, code, number) per account before a lock; as many can be under way "
        "at once. NIST SP 800-63B-4 allows up to 100 in a row; with a low limit, strangers can lock people out.",
    )
    IP_FAILURE_LIMIT = Setting(
        0,
        "The same per address (per /64 for IPv6), whoever they were for. 0: as `FAILURE_LIMIT`. Raise it where "
        "many people share an address.",
    )
    DEVICE_FAILURE_LIMIT = Setting(
        0,
        "The same for a device that its owner has signed in on before: it is counted by itself, so that "
        "strangers cannot lock the owner out. 0: as `FAILURE_LIMIT`.",
    )
    LOCK_SECONDS = Setting(3600, "How long a lock lasts. Failures during it do not make it longer.")
    IP_LOCK_SECONDS = Setting(0, "How long the lock of an address lasts. 0: as `LOCK_SECONDS`.")
    FAILURE_MEMORY_SECONDS = Setting(
        0, "Failures that made no lock are forgotten after so long without another. 0: as `LOCK_SECONDS`."
    )
    MANY_FAILURES = Setting(
        100,
        "From so many failures in a row on (locks do not break the row, a success does), each further one locks "
        "the account for `LONG_LOCK_SECONDS`.",
    )
    LONG_LOCK_SECONDS = Setting(86_400, "How long the lock after `MANY_FAILURES` lasts.")


conf = LimitsSettings()
