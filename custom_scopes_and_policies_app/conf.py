"""Settings of the desk."""

from core_app.conf import Setting
from custom_scopes_and_policies_app.level_seeds import read_policy_levels


class DeskSettings:
    AUTHORIZATION_CODE_SECONDS = Setting(
        60, "Life of an authorization code. RFC 6749 §4.1.2 allows up to 600."
    )
    AUTHORIZATION_CODE_FAILURES = Setting(5, "After so many failed redemptions a code is dead.")
    DEVICE_CODE_SECONDS = Setting(
        600, "How long a device waits for its person (RFC 8628 §3.2); also how long its user code works."
    )
    DEVICE_POLL_SECONDS = Setting(5, "How many seconds a device waits between two polls, to begin with.")
    AUTHORIZATION_REQUESTS_PER_ADDRESS = Setting(
        600,
        "How many authorization requests of browsers in which nobody is signed in may come from one address (/64 for"
        " IPv6) in a minute. A whole mobile network can stand behind one address.",
    )
    DEVICE_REQUESTS_PER_ADDRESS = Setting(
        30, "How many devices may ask for a code from one address (/64 for IPv6) in a minute."
    )
    DEVICE_REQUESTS_PER_CLIENT = Setting(600, "How many devices of one app may ask for a code in a minute.")
    AUTHORIZATION_REQUESTS_PER_PERSON = Setting(
        300, "How many authorization requests one signed-in person may make in a minute."
    )
    TOKEN_REQUESTS_PER_ADDRESS = Setting(
        6000,
        "How many requests to the token endpoint may come from one address (/64 for IPv6) in a minute. 0: any number."
        " An app's server asks for all its users from one address.",
    )
    TOKEN_REQUESTS_PER_CLIENT = Setting(
        30_000, "The same for one confidential app, wherever it asks from. 0: any number."
    )
    INTROSPECTIONS_PER_ADDRESS = Setting(
        60_000, "How many tokens may be introspected from one address (/64 for IPv6) in a minute. 0: any."
    )
    INTROSPECTIONS_PER_CLIENT = Setting(60_000, "The same for one resource server. 0: any number.")
    REVOCATIONS_PER_ADDRESS = Setting(
        6000, "How many tokens may be revoked from one address (/64 for IPv6) in a minute. 0: any number."
    )
    USERINFO_REQUESTS_PER_ADDRESS = Setting(
        6000, "How many requests to userinfo may come from one address (/64 for IPv6) in a minute. 0: any."
    )
    USER_CODE_TRIES_PER_PERSON = Setting(
        10, "How many device codes one person may enter in an hour. Guards against guessing (RFC 8628 §5.1)."
    )
    USER_CODE_TRIES_PER_ADDRESS = Setting(
        50, "How many device codes may be entered from one address (/64 for IPv6) in an hour."
    )
    ACCESS_TOKEN_SECONDS = Setting(
        900, "Life of an access token; 300 to 600 is recommended for offline checks."
    )
    ID_TOKEN_SECONDS = Setting(900, "Life of an ID token.")
    REFRESH_TOKEN_SECONDS = Setting(
        30 * 24 * 3600, "Absolute life of a token family, counted from the first token."
    )
    REFRESH_TOKEN_IDLE_SECONDS = Setting(14 * 24 * 3600, "A token family not refreshed for so long is dead.")
    REFRESH_REPEAT_SECONDS = Setting(
        10, "Within so long after a rotation the predecessor gets the same successor again. 0 turns it off."
    )
    AUTHORIZATION_REQUEST_SECONDS = Setting(
        3600, "How long a person may take from the request to the consent."
    )
    FIRST_PARTY_CLIENT_ID = Setting(
        "first-party",
        "The public client whose tokens the JSON API gives; made by `manage.py bootstrap`.",
    )
    FIRST_PARTY_SCOPES = Setting[list[str]](
        ["openid", "profile", "email", "phone", "offline_access"],
        "Scopes of that client when it is made; later edited in the admin.",
    )
    BACKCHANNEL_LOGOUT_ATTEMPTS = Setting(
        8, "An app that did not take the news of a sign-out so many times is not told any more."
    )
    BACKCHANNEL_LOGOUT_RETRY_SECONDS = Setting(
        5, "Wait before the second attempt; each later wait is three times as long, one hour at most."
    )
    TOKEN_STORE = Setting(
        "",
        "How codes and tokens are written. Empty: the quickest way for the database. portable: on PostgreSQL as on any "
        "other.",
    )
    CLIENT_CACHE_SECONDS = Setting(1.0, "How long a process may use its copy of a client. At most 1.")
    MAX_REQUEST_BODY = Setting(64 * 1024, "Largest body a machine endpoint reads, in bytes.")
    SCOPES = Setting[list[str]](
        ["openid", "profile", "email", "phone", "address", "offline_access", "read", "write", "admin"],
        "Scopes made by `manage.py bootstrap`; later edited in the admin.",
    )
    POLICY_LEVELS = Setting[dict[str, object]](
        {},
        "Levels of those scopes where they are not the built-in ones, as JSON: an object of scopes, each with a list "
        "of levels, lowest first (docs/consent-and-policies.md). Later edited in the admin.",
        parse=read_policy_levels,
    )
    DEFAULT_SCOPES = Setting[list[str]](["openid"], "Scopes given when a request names none.")

    SERVICE_DOCUMENTATION_URL = Setting(
        "", "Page for developers of apps, named in discovery. Empty: not named."
    )
    OP_POLICY_URL = Setting("", "Page on what apps may do with people's data, named in discovery.")
    OP_TERMS_URL = Setting("", "Terms of service of this server, named in discovery.")


conf = DeskSettings()
