"""How long the record is kept, how much of it leaves at once, and who is told what."""

from core_app.conf import Setting

NEVER, ONCE, EACH = "never", "once", "each"


class ObligationSettings:
    LOG_RETENTION_DAYS = Setting(
        400, "How long rows of the token log are kept. 0: for ever; then plan for the space."
    )
    LOG_REFUSALS_APART = Setting(
        10,
        "So many refusals a minute that are alike (event, app, rule, address) have a row each in the token log; what "
        "comes on top is one row with a count.",
    )
    LOG_EXPORT_DAYS = Setting(92, "The longest range of time that one export of the token log may cover.")
    LOG_EXPORT_ROWS = Setting(1_000_000, "The most rows that one export of the token log may have.")
    TOKEN_NOTICE = Setting(
        ONCE,
        "Whether people get a letter when an app gets tokens for their account. `once`: for each app and device, so "
        "that a new place is noticed and nobody learns to ignore the letters. `each`: every time. `never`.",
    )
    DUTIES = Setting(
        "",
        "What is different from the table of `docs/events.md`: `token.issued=off; "
        "session.reported/operators=email,3/day`. After the event and its audience (none: person) stand `on`, `off`, "
        "`email`, `email_else_sms`, `email_and_sms`, a limit per recipient (`3/hour`, `1/day`). The admin may change "
        "more.",
    )
    NOTICES_PER_PERSON_DAY = Setting(
        20,
        "Notices of all kinds to one person, operator or owner in 24 hours. The record has what is not told.",
    )
    NOTICES_PER_EVENT_HOUR = Setting(
        2000, "Notices of one event to all people together in an hour. Operators are told when it is reached."
    )
    NOTICES_PER_HOUR = Setting(5000, "Notices of all events to all people together in an hour.")
    OPERATOR_GROUP = Setting(
        "",
        "The group whose members are told what operators are told, when `OPERATOR_EMAILS` is empty. Empty: all "
        "superusers. Only verified addresses are written to.",
    )


conf = ObligationSettings()
