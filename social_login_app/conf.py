"""Settings of signing in through upstream providers."""

from core_app.conf import Setting


class SocialLoginSettings:
    SOCIAL_PROVIDERS = Setting(
        "[]",
        'Upstream providers, a JSON list: `[{"id": "google", "kind": "google", "client_id": "…", "client_secret": '
        '"…"}]`. Kinds: google, github, oidc (with `issuer`). See `docs/social-login.md`.',
        secret=True,
    )
    SOCIAL_LINK_BY_EMAIL = Setting(
        True,
        "Let somebody in whose provider vouches for the address that an account here has verified. Off: providers are "
        "connected by their owner only, in my account.",
    )
    SOCIAL_HTTP_SECONDS = Setting(
        5, "How long a sign-in waits for a provider at most, all of its requests together."
    )
    SOCIAL_METADATA_SECONDS = Setting(
        3600,
        "How long a provider's metadata and keys are remembered. A key that is not known is asked for sooner.",
    )
    SOCIAL_ATTEMPT_SECONDS = Setting(600, "How long a person may take at the provider.")
    SOCIAL_FRESH_SECONDS = Setting(
        300,
        "Connecting and disconnecting a provider want a sign-in that was proven at most so long ago; otherwise it is "
        "asked again.",
    )
    SOCIAL_STARTS_PER_IP_PER_MINUTE = Setting(
        30, "How many sign-ins through providers one address may begin in a minute."
    )


conf = SocialLoginSettings()
