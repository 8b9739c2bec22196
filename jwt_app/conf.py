"""Settings of the seal."""

from core_app.conf import Setting

DAY = 24 * 3600


class JwtSettings:
    JWT_PRIVATE_KEY = Setting(
        "keys/private.pem",
        "PEM file without passphrase, or the PEM itself, imported as the first signing key of JWT_ALGORITHM.",
        secret=True,
    )
    JWT_ALGORITHM = Setting(
        "RS256", "Algorithm of that key and default of new clients: RS256, ES256 or EdDSA."
    )
    JWT_KEY_CACHE_SECONDS = Setting(
        1.0, "How long a process keeps what it read of the key ring. More than 1 second is refused."
    )
    JWKS_CACHE_SECONDS = Setting(300, "How long clients may keep the published key set (`max-age`).")
    JWT_ROTATE_EVERY_DAYS = Setting(90.0, "A signing key is replaced after so many days. 0 turns it off.")
    JWT_PUBLISH_AHEAD_SECONDS = Setting(
        DAY, "A new key is published at least so long before it signs; not less than JWKS_CACHE_SECONDS."
    )
    JWT_RETIRED_SECONDS = Setting(
        DAY,
        "A replaced key goes on verifying at least so long; longer when the longest-lived token asks for it.",
    )
    JWT_LONGEST_TOKEN = Setting(
        "custom_scopes_and_policies_app.lifetimes.longest_token_seconds",
        "Dotted path of what tells how long the longest-lived token lives, in seconds.",
    )
    JWT_HINT_SECONDS = Setting(
        90 * DAY,
        "An expired ID token is understood as `id_token_hint` at least so long after its key was replaced.",
    )


conf = JwtSettings()
