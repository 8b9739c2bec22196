"""Settings of the sessions room."""

from core_app.conf import Setting, as_bool


def as_choice(text: str) -> str:
    """A text that `as_bool` can read, or "" to leave it to the server. Raises ValueError."""
    return str(int(as_bool(text))) if text.strip() else ""


class SessionsSettings:
    SSO_SESSION_SECONDS = Setting(
        30 * 24 * 3600,
        "A sign-in ends after so long at the latest (NIST SP 800-63B-4: at most 30 days at AAL1).",
    )
    SSO_SESSION_IDLE_SECONDS = Setting(14 * 24 * 3600, "A sign-in that was not used for so long ends.")
    SSO_SESSION_AAL2_SECONDS = Setting(
        0,
        "The same for a sign-in with two factors; 0: no other limit. NIST SP 800-63B-4 recommends 86400 (24 hours).",
    )
    SSO_SESSION_AAL2_IDLE_SECONDS = Setting(
        0,
        "A sign-in with two factors that was not used for so long ends; 0: no other limit. NIST SP 800-63B-4 "
        "recommends 3600 (1 hour).",
    )
    DEVICE_REPORT_SECONDS = Setting(
        7 * 24 * 3600, "How long the link “this wasn't me” in the notice of a new device works."
    )
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
    API_CALLER = Setting(
        "self_service_app.api.person.signed_in",
        "Dotted path of what tells who calls the JSON API: a function from the request to the live sign-in.",
    )
    PENDING_LOGIN_SECONDS = Setting(900, "How long a login may wait for its next step.")
    STEP_UP_TRUSTS_SECONDS = Setting(
        24 * 3600,
        "A step-up asks for a second factor only, when the first was proven at most so long ago; else for both.",
    )
    ADMIN_REQUIRES_SECOND_FACTOR = Setting(
        "",
        "Operators need two factors to sign in and to use the admin. Empty: yes, except in development (DEBUG).",
        parse=as_choice,
    )
    MFA_REQUIRED_GROUPS = Setting[list[str]](
        [], "Groups (of the admin) whose members need two factors to sign in, by name, comma-separated."
    )
    BROWSER_COOKIE_SECONDS = Setting(365 * 24 * 3600, "How long a browser is remembered as a known device.")


conf = SessionsSettings()
