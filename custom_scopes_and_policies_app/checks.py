"""Start-up checks of the desk, with stable ids."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.level_seeds import levels_by_scope


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
    if not 60 <= conf.DEVICE_CODE_SECONDS <= 3600 or not 1 <= conf.DEVICE_POLL_SECONDS <= 60:
        problems.append(
            Error("DEVICE_CODE_SECONDS must be 60 to 3600 and DEVICE_POLL_SECONDS 1 to 60.", id="desk.E005")
        )
    return problems


@register(deploy=True)
def check_issuer(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """In production the issuer is https (OIDC Discovery §3)."""
    if not settings.ISSUER_URL.startswith("https://"):
        return [Error("ISSUER_URL must be https in production (OIDC Discovery §3).", id="desk.E004")]
    return []


@register()
def check_policy_levels(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Levels that name scopes nobody makes are a slip of the pen."""
    try:
        named = set(levels_by_scope(conf.POLICY_LEVELS))
    except ValueError as error:
        return [Error(f"POLICY_LEVELS: {error}.", id="desk.E006")]
    if unknown := sorted(named - set(conf.SCOPES)):
        return [
            Error(f"POLICY_LEVELS names scopes that SCOPES does not: {', '.join(unknown)}.", id="desk.E007")
        ]
    if unknown := sorted(set(conf.DEFAULT_SCOPES) - set(conf.SCOPES)):
        return [Error(f"DEFAULT_SCOPES names what SCOPES does not: {', '.join(unknown)}.", id="desk.E008")]
    return []
