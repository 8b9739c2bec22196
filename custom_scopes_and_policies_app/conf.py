"""Settings of the desk."""

from core_app.conf import Setting


class DeskSettings:
    AUTHORIZATION_CODE_SECONDS = Setting(
        60, "Life of an authorization code. RFC 6749 §4.1.2 allows up to 600."
    )
    AUTHORIZATION_CODE_FAILURES = Setting(5, "After so many failed redemptions a code is dead.")
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
    CLIENT_CACHE_SECONDS = Setting(1.0, "How long a process may use its copy of a client. At most 1.")
    MAX_REQUEST_BODY = Setting(64 * 1024, "Largest body a machine endpoint reads, in bytes.")
    SCOPES = Setting[list[str]](
        ["openid", "profile", "email", "phone", "address", "offline_access", "read", "write", "admin"],
        "Scopes made by `manage.py bootstrap`; later edited in the admin.",
    )
    DEFAULT_SCOPES = Setting[list[str]](["openid"], "Scopes given when a request names none.")


conf = DeskSettings()
