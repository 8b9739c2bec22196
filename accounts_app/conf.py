"""Settings of the people room."""

from core_app.conf import Setting


class AccountsSettings:
    PHONE_DEFAULT_REGION = Setting(
        "MN", "ISO 3166 country whose local spellings (99112233) are understood without a country code."
    )
    PHONE_COUNTRIES = Setting[list[str]](
        [],
        "Countries whose numbers may sign up and get SMS, comma-separated. `*` allows all. Empty: none in "
        "production, all in development.",
    )
    PHONE_DENIED_PREFIXES = Setting[list[str]](
        ["+35315", "+881", "+882", "+883", "+979", "+870"],
        "Number prefixes that are refused although the numbering plan calls them valid (premium, satellite).",
    )
    PASSWORD_MIN_LENGTH = Setting(
        8, "Shortest password. NIST SP 800-63B-4 recommends 15 where no second factor is asked."
    )


conf = AccountsSettings()
