"""What must be true of the settings before the post office opens."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from messaging_app.conf import CELERY, INLINE, conf
from messaging_app.gateways import GATEWAYS
from messaging_app.routes import BadRoutes, parse_routes

KEEPS_BODIES = "messaging_app.E001"
BAD_ROUTES = "messaging_app.E002"
BAD_DELIVERY = "messaging_app.E003"


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for bodies kept in production, routes to unknown gateways, an unknown way of delivery."""
    return [*_bodies(), *_routes(), *_delivery()]


def _bodies() -> list[CheckMessage]:
    if settings.DEBUG or not conf.MESSAGING_KEEP_BODIES:
        return []
    return [
        Error(
            "MESSAGING_KEEP_BODIES is on while DEBUG is off: sent codes would stay in the database.",
            hint="Remove MESSAGING_KEEP_BODIES from the environment.",
            id=KEEPS_BODIES,
        )
    ]


def _routes() -> list[CheckMessage]:
    try:
        routes = parse_routes(conf.SMS_ROUTES)
    except BadRoutes as error:
        return [Error(f"SMS_ROUTES: {error}", hint="Write it as MN=console;*=console.", id=BAD_ROUTES)]
    unknown = sorted({name for names in routes.values() for name in names} - set(GATEWAYS))
    if not unknown:
        return []
    return [
        Error(
            f"SMS_ROUTES names gateways that do not exist: {', '.join(unknown)}.",
            hint=f"Choose from: {', '.join(sorted(GATEWAYS))}.",
            id=BAD_ROUTES,
        )
    ]


def _delivery() -> list[CheckMessage]:
    if conf.MESSAGING_DELIVERY in {"", INLINE, CELERY}:
        return []
    return [
        Error(
            f"MESSAGING_DELIVERY is {conf.MESSAGING_DELIVERY!r}.",
            hint=f"Choose {INLINE}, {CELERY}, or leave it empty.",
            id=BAD_DELIVERY,
        )
    ]
