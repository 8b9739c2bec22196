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
    IP_WAIT_SECONDS = Setting(
        2,
        "How long an attempt waits for others from its address that are under way, when these alone could fill the "
        "limit: people who sign in at the same moment lock nobody, and those who guess win no guesses.",
    )
    DEVICE_FAILURE_LIMIT = Setting(
        0,
        "The same for a device that its owner has signed in on before: it is counted by itself, so that "
        "strangers cannot lock the owner out. 0: as `FAILURE_LIMIT`.",
    )
    API_CALLS_PER_PERSON_PER_MINUTE = Setting(
        300, "Requests of the JSON API that one person may send in a minute, with all apps. 0: no limit."
    )
    API_CALLS_PER_APP_PER_MINUTE = Setting(
        600, "The same for an app that calls with a token of its own, for nobody. 0: no limit."
    )
    API_CALLS_PER_ADDRESS_PER_MINUTE = Setting(
        600, "The same for one address (/64 for IPv6) while nobody is signed in. 0: no limit."
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
    LOGIN_LOG_KEEP_DAYS = Setting(90, "How long the log of sign-ins and failures (django-axes) is kept.")
    LONG_LOCK_SECONDS = Setting(86_400, "How long the lock after `MANY_FAILURES` lasts.")


conf = LimitsSettings()
