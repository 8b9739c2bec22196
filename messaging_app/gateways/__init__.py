"""Owns the ways an SMS can leave: one small class per vendor, found by the name `SMS_ROUTES` uses."""

from collections.abc import Mapping
from functools import cache

from messaging_app.gateways.base import SmsGateway
from messaging_app.gateways.console import ConsoleGateway
from messaging_app.gateways.memory import MemoryGateway

GATEWAYS: Mapping[str, type[SmsGateway]] = {
    "console": ConsoleGateway,
    "memory": MemoryGateway,
}


@cache
def gateway(name: str) -> SmsGateway:
    """The gateway of that name, made once per process.

    Raises KeyError for a name the start-up check refuses.
    """
    return GATEWAYS[name]()
