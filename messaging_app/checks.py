"""What must be true of the settings before the post office opens."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from messaging_app.conf import CELERY, INLINE, THREAD, conf
from messaging_app.gateways import gateway
from messaging_app.prices import BadPrices, parse_prices
from messaging_app.routes import BadRoutes, parse_routes
from messaging_app.spending_conf import allowed_countries
from messaging_app.spending_conf import conf as spending

KEEPS_BODIES = "messaging_app.E001"
BAD_ROUTES = "messaging_app.E002"
BAD_DELIVERY = "messaging_app.E003"
BAD_PRICES = "messaging_app.E004"
BAD_LIMIT = "messaging_app.E005"
NO_COUNTRIES = "messaging_app.W001"
FREE_SMS = "messaging_app.W002"
FIGURES = (
    "SMS_PER_PHONE_10_MINUTES", "SMS_PER_PHONE_HOUR", "SMS_PER_PHONE_DAY", "SMS_PER_IP_HOUR", "SMS_PER_IP_DAY",
    "SMS_PHONES_PER_IP_HOUR", "SMS_PHONES_PER_IP_DAY", "SMS_NUMBERS_PER_BLOCK", "SMS_BLOCK_WINDOW_SECONDS",
    "SMS_BLOCK_HOLD_SECONDS", "SMS_BUDGET_HOUR", "SMS_BUDGET_DAY",
)  # fmt: skip


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for bodies kept in production, routes that lead nowhere, prices and limits that limit nothing."""
    return [*_bodies(), *_routes(), *_delivery(), *_prices(), *_limits(), *_countries()]


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
    return [*(problem for name in _names(routes) if (problem := _route(name)))]


def _names(routes: Mapping[str, tuple[str, ...]]) -> list[str]:
    return sorted({name for names in routes.values() for name in names})


def _route(name: str) -> CheckMessage | None:
    try:
        gateway(name)
    except ImproperlyConfigured as error:
        return Error(f"SMS_ROUTES: {error}", hint="docs/sms.md lists the settings of routes.", id=BAD_ROUTES)
    return None


def _delivery() -> list[CheckMessage]:
    if conf.MESSAGING_DELIVERY in {"", INLINE, THREAD, CELERY}:
        return []
    return [
        Error(
            f"MESSAGING_DELIVERY is {conf.MESSAGING_DELIVERY!r}.",
            hint=f"Choose {INLINE}, {THREAD}, {CELERY}, or leave it empty.",
            id=BAD_DELIVERY,
        )
    ]


def _prices() -> list[CheckMessage]:
    try:
        prices = parse_prices(spending.SMS_PRICES)
    except BadPrices as error:
        return [Error(f"SMS_PRICES: {error}", hint="Write it as MN=0.02;*=0.08.", id=BAD_PRICES)]
    if settings.DEBUG or any(prices.values()):
        return []
    return [
        Warning("SMS_PRICES says that SMS cost nothing: no budget will ever stop them.", id=FREE_SMS),
    ]


def _limits() -> list[CheckMessage]:
    """Zero would refuse everybody, or hold nothing; whoever wants no limit writes a high figure."""
    return [
        Error(f"{name} must be above zero.", id=BAD_LIMIT) for name in FIGURES if getattr(spending, name) <= 0
    ]


def _countries() -> list[CheckMessage]:
    if settings.DEBUG or allowed_countries():
        return []
    return [
        Warning(
            "No country may get SMS.",
            hint="List some in SMS_COUNTRIES or PHONE_COUNTRIES, for example MN,IE.",
            id=NO_COUNTRIES,
        )
    ]
