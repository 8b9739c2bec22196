"""Settings of the rollups that the dashboard is painted from."""

from core_app.conf import Setting


class RollupSettings:
    ROLLUP_SECONDS = Setting(
        20, "How long one run of the rollup works at most; what is left is for the next run, a minute later."
    )
    ROLLUP_KEEP_DAYS = Setting(
        800,
        "How long the hourly figures of the dashboard are kept. They are small and name nobody, so they may outlive "
        "the log entries that they were counted from.",
    )


conf = RollupSettings()
