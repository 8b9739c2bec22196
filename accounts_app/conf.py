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
    PHONE_CHANGE_KEEP_DAYS = Setting(
        90, "How long a change of number or e-mail address is kept after it can no longer be taken back."
    )
    ACCOUNT_DELETION_DAYS = Setting(
        30,
        "An account that its owner closes is deleted after so many days; until then the link in the notice opens it "
        "again. 0: with the next clean-up, and no link is sent.",
    )
    RECOVERY_LINK_SECONDS = Setting(
        86_400, "How long the link is good that a person gets when an operator starts their recovery."
    )
    PASSWORD_BREACHED_FILE = Setting(
        "",
        "Path of a list of breached passwords: lines of upper-case SHA-1 hex digits, sorted (`:count` may follow). It "
        "is searched where it lies; nothing is asked of another host. Common passwords are refused in any case.",
    )
    PASSWORD_MIN_LENGTH = Setting(
        8, "Shortest password. NIST SP 800-63B-4 recommends 15 where no second factor is asked."
    )


conf = AccountsSettings()
