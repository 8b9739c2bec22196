"""Settings of the sessions room."""

from core_app.conf import Setting


class SessionsSettings:
    SSO_SESSION_SECONDS = Setting(
        30 * 24 * 3600,
        "A sign-in ends after so long at the latest (NIST SP 800-63B-4: at most 30 days at AAL1).",
    )
    SSO_SESSION_IDLE_SECONDS = Setting(14 * 24 * 3600, "A sign-in that was not used for so long ends.")
    LIVENESS_SECONDS = Setting(
        30, "How long the cache may remember that a session or token family is alive. At most 30."
    )
    LAST_SEEN_EVERY_SECONDS = Setting(300, "How often a session's last use is written down.")
    LOGIN_STEPS = Setting[list[str]](
        [],
        "Dotted paths of the login steps after the first proof, in order. Each is a `sessions_app.steps.LoginStep`.",
    )
    TOKEN_ISSUER = Setting(
        "custom_scopes_and_policies_app.first_party.issue_tokens",
        "Dotted path of what gives tokens to people who sign in through the JSON API.",
    )
    PENDING_LOGIN_SECONDS = Setting(900, "How long a login may wait for its next step.")
    BROWSER_COOKIE_SECONDS = Setting(365 * 24 * 3600, "How long a browser is remembered as a known device.")


conf = SessionsSettings()
