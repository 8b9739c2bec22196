"""What must be true of the providers before anybody is sent to one."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from social_login_app.conf import conf
from social_login_app.providers import BadProviders, Provider, read_providers

UNREADABLE = "social_login_app.E001"
NOT_HTTPS = "social_login_app.E002"
TOO_LONG = "social_login_app.E003"
LONGEST_WAIT_SECONDS = 5


def check_providers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for providers that cannot be read, plain http in production, and waiting longer than five seconds."""
    try:
        providers = read_providers(conf.SOCIAL_PROVIDERS)
    except BadProviders as error:
        return [Error(f"SOCIAL_PROVIDERS: {error}", hint="docs/social-login.md has examples.", id=UNREADABLE)]
    return [*_plain_http(providers), *_waiting()]


def _plain_http(providers: Sequence[Provider]) -> list[CheckMessage]:
    if settings.DEBUG:
        return []
    return [
        Error(
            f"SOCIAL_PROVIDERS: {provider.id} is asked over plain http, where anybody on the way can be anybody.",
            hint="Use an https issuer (and api_url).",
            id=NOT_HTTPS,
        )
        for provider in providers
        if "http" in {urlsplit(provider.issuer).scheme, urlsplit(provider.api_url).scheme}
    ]


def _waiting() -> list[CheckMessage]:
    if 0 < conf.SOCIAL_HTTP_SECONDS <= LONGEST_WAIT_SECONDS:
        return []
    return [
        Error(
            "SOCIAL_HTTP_SECONDS: a web request waits for a provider so long; a slow one would hold every thread.",
            hint="Use 1 to 5 seconds.",
            id=TOO_LONG,
        )
    ]
