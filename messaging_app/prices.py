"""What an SMS costs: the operator's price list, read and asked."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from messaging_app.routes import EVERYWHERE
from messaging_app.spending_conf import as_money, conf

Prices = Mapping[tuple[str, str], Decimal]
ANY_ROUTE = ""


class BadPrices(ValueError):
    """SMS_PRICES cannot be read; the text says where."""


@lru_cache(maxsize=8)
def parse_prices(text: str) -> Prices:
    """(route or "", country or `*`) to the price of one part. Raises BadPrices."""
    prices: dict[tuple[str, str], Decimal] = {}
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        name, separator, amount = piece.partition("=")
        route, _dot, country = name.strip().rpartition(".")
        if not separator or not country:
            raise BadPrices(f"{piece!r} is not COUNTRY=price or route.COUNTRY=price")
        try:
            prices[route, country.upper()] = as_money(amount)
        except ValueError as error:
            raise BadPrices(f"{piece!r}: {error}") from error
    return prices


def price_of_part(country: str, route: str) -> Decimal:
    """The price of one part by this route. A country that nobody priced costs as much as the dearest."""
    prices = parse_prices(conf.SMS_PRICES)
    for key in ((route, country), (route, EVERYWHERE), (ANY_ROUTE, country), (ANY_ROUTE, EVERYWHERE)):
        if key in prices:
            return prices[key]
    return max(prices.values(), default=Decimal(0))


def most_it_can_cost(*, country: str, routes: tuple[str, ...], parts: int) -> Decimal:
    """The price by the dearest of its routes: what is set aside before anybody knows which one carries it."""
    return parts * max(
        (price_of_part(country, route) for route in routes or (ANY_ROUTE,)), default=Decimal(0)
    )
