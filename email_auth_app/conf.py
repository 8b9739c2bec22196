"""Settings of signing up and in by e-mail."""

from core_app.conf import Setting


class EmailAuthSettings:
    EMAIL_STARTS_PER_IP_PER_HOUR = Setting(
        30,
        "How often codes by e-mail may be asked for from one address in an hour: to sign up, for a forgotten password "
        "and for another e-mail address together.",
    )
    EMAIL_LINKS_PER_IP_PER_HOUR = Setting(
        60, "How often links of e-mails may be opened from one address in an hour."
    )
    EMAIL_PENDING_SECONDS = Setting(
        1800,
        "How long a sign-up by e-mail, a forgotten password or a new address may wait for its next step.",
    )
    EMAIL_CHANGE_FRESH_SECONDS = Setting(
        300,
        "A new e-mail address, or a first password, wants a sign-in that was proven at most so long ago.",
    )
    EMAIL_CHANGE_UNDO_SECONDS = Setting(
        72 * 3600, "How long the link in the notice of a new e-mail address can take it back."
    )
    EMAIL_API_CALLS_PER_IP_PER_MINUTE = Setting(
        60, "Requests to /api/auth/ about e-mail and passwords that one address may send in a minute."
    )


conf = EmailAuthSettings()
