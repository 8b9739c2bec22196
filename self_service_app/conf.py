"""Settings of my account."""

from core_app.conf import Setting


class SelfServiceSettings:
    SSO_LOGINS_PER_IP_PER_MINUTE = Setting(30, "Calls of /api/v1/sso/login from one address in a minute.")
    ACCOUNT_FRESH_SECONDS = Setting(
        300,
        "Closing an account and downloading its data want a sign-in that was proven at most so long ago; otherwise it "
        "is asked again.",
    )
    EXPORTS_PER_DAY = Setting(5, "How often a person may download their data in a day.")


conf = SelfServiceSettings()
