"""The buttons on the page to sign in: one for each provider."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core_app.contributions import Link
from social_login_app.providers import enabled_providers


def links() -> list[Link]:
    """In the operator's order; a disabled provider has none."""
    return [
        Link(
            format_lazy(_("Continue with {provider}"), provider=provider.label),
            "social:start",
            arguments={"provider_id": provider.id},
            position=50,
        )
        for provider in enabled_providers()
    ]
