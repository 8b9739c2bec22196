"""Settings of the second factors."""

from core_app.conf import Setting


class MfaSettings:
    MFA_FRESH_SECONDS = Setting(
        300,
        "Adding or removing a second factor wants a sign-in that was proven at most so long ago; otherwise it is "
        "asked for again (ASVS 7.5.1).",
    )
    MFA_SETUP_SECONDS = Setting(
        900, "How long an authenticator app may be set up before its secret is thrown away."
    )
    MFA_MOST_FACTORS = Setting(10, "How many authenticator apps, and how many passkeys, one person may have.")
    MFA_BACKUP_CODES = Setting(10, "How many backup codes are made at a time.")
    PASSKEY_CHALLENGE_SECONDS = Setting(300, "How long a passkey may take to answer.")
    PASSKEY_CHALLENGES_PER_IP_PER_MINUTE = Setting(
        30, "How often one address may ask for a challenge to sign in with a passkey, in a minute."
    )
    PASSKEY_ORIGINS = Setting[list[str]](
        [],
        "Origins beside ISSUER_URL whose passkey answers are accepted, as android:apk-key-hash:… of your own app.",
    )
    MFA_CALLS_PER_IP_PER_MINUTE = Setting(
        60, "Requests of the JSON API for second factors that one address may send in a minute."
    )


conf = MfaSettings()
