"""Settings of the seal."""

from core_app.conf import Setting


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


conf = JwtSettings()
