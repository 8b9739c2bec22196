"""Owns the ways an SMS can leave: one small class per kind, found by the name that `SMS_ROUTES` uses."""

from collections.abc import Callable, Mapping
from functools import cache

from django.core.exceptions import ImproperlyConfigured

from messaging_app.gateways import twilio
from messaging_app.gateways.base import SmsGateway
from messaging_app.gateways.console import ConsoleGateway
from messaging_app.gateways.http import HttpGateway
from messaging_app.gateways.http_options import HttpOptions, read_options
from messaging_app.gateways.memory import MemoryGateway
from messaging_app.gateways.options import RouteOptions
from messaging_app.gateways.presets import PRESETS

LOCAL: Mapping[str, Callable[[], SmsGateway]] = {"console": ConsoleGateway, "memory": MemoryGateway}
TWILIO = "twilio"
KINDS = (*LOCAL, *PRESETS, TWILIO)


def gateway(route: str) -> SmsGateway:
    """The gateway of a route, made once per process and set of options.

    A name that is no kind of gateway is a route of the operator's own: `SMS_<ROUTE>_GATEWAY` says of which kind.
    Raises ImproperlyConfigured for a route the start-up check refuses.
    """
    kind = kind_of(route)
    if kind in LOCAL:
        return _local(kind)
    if kind == TWILIO:
        return _twilio(twilio.read_options(RouteOptions(route, twilio.PRESET)))
    return _http(read_options(RouteOptions(route, PRESETS[kind])))


def kind_of(route: str) -> str:
    """Which kind of gateway a route is. Raises ImproperlyConfigured when that is not told."""
    if route in KINDS:
        return route
    options = RouteOptions(route, {})
    kind = options.text("GATEWAY").lower()
    if kind not in (*PRESETS, TWILIO):
        choices = ", ".join((*PRESETS, TWILIO))
        raise ImproperlyConfigured(
            f"{route!r} is no gateway; set {options.name('GATEWAY')} to one of {choices}."
        )
    return kind


@cache
def _local(kind: str) -> SmsGateway:
    return LOCAL[kind]()


@cache
def _twilio(options: twilio.TwilioOptions) -> SmsGateway:
    return twilio.TwilioGateway(options)


@cache
def _http(options: HttpOptions) -> SmsGateway:
    return HttpGateway(options)
