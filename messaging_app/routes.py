"""Which gateways carry a message to a number: `SMS_ROUTES`, read and asked."""

from collections.abc import Mapping
from functools import lru_cache

import phonenumbers

EVERYWHERE = "*"


class BadRoutes(ValueError):
    """SMS_ROUTES cannot be read; the text says where."""


@lru_cache(maxsize=8)
def parse_routes(text: str) -> Mapping[str, tuple[str, ...]]:
    """Countries (ISO 3166, or `*`) to gateway names in order. Raises BadRoutes."""
    routes: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        country, separator, names = part.partition("=")
        country = country.strip().upper()
        gateways = tuple(name.strip() for name in names.split(",") if name.strip())
        if not separator or not country or not gateways:
            raise BadRoutes(f"{part!r} is not COUNTRY=gateway,gateway")
        if country in routes:
            raise BadRoutes(f"{country} is there twice")
        routes[country] = gateways
    return routes


def gateways_for(phone: str, routes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Names of the gateways that may carry a message to an E.164 number, the preferred first; () when none
    may.
    """
    return routes.get(_region(phone)) or routes.get(EVERYWHERE, ())


def _region(phone: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or EVERYWHERE
    except phonenumbers.NumberParseException:
        return EVERYWHERE
