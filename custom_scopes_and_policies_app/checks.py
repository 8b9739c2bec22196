"""Start-up checks of the desk, with stable ids."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from custom_scopes_and_policies_app.conf import conf


@register()
def check_lifetimes(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Lifetimes that no deployment may have."""
    problems: list[CheckMessage] = []
    if not 0 < conf.AUTHORIZATION_CODE_SECONDS <= 600:
        problems.append(
            Error("AUTHORIZATION_CODE_SECONDS must be 1 to 600 (RFC 6749 §4.1.2).", id="desk.E001")
        )
    if not 0 < conf.ACCESS_TOKEN_SECONDS <= 86_400:
        problems.append(Error("ACCESS_TOKEN_SECONDS must be 1 to 86400.", id="desk.E002"))
    if conf.REFRESH_TOKEN_SECONDS <= 0 or not 0 <= conf.REFRESH_REPEAT_SECONDS <= 60:
        problems.append(
            Error(
                "REFRESH_TOKEN_SECONDS must be positive and REFRESH_REPEAT_SECONDS 0 to 60.", id="desk.E003"
            )
        )
    return problems


@register(deploy=True)
def check_issuer(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """In production the issuer is https (OIDC Discovery §3)."""
    if not settings.ISSUER_URL.startswith("https://"):
        return [Error("ISSUER_URL must be https in production (OIDC Discovery §3).", id="desk.E004")]
    return []
