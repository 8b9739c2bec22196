"""The addresses of the machine endpoints, read from the URLconf: there is no second list that could differ from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from custom_scopes_and_policies_app.endpoints.guard import Endpoint
from custom_scopes_and_policies_app.views.machine import machine_endpoints


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint, and what its address is called in figures and log lines."""

    endpoint: Endpoint
    label: str


def machine_routes() -> Mapping[str, Route]:
    """The endpoint at each literal path, for views that nothing is wrapped around."""
    found: dict[str, Route] = {}
    endpoints = machine_endpoints()
    for route, view in _literal_routes(get_resolver().url_patterns, ""):
        path = f"/{route}"
        # The first pattern wins, as it does in Django.
        if view in endpoints and path not in found:
            found[path] = Route(endpoints[view], path)
    return found


def _literal_routes(patterns: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        pattern = entry.pattern
        if not isinstance(pattern, RoutePattern) or pattern.converters:
            continue
        route = prefix + str(pattern)
        if isinstance(entry, URLResolver):
            yield from _literal_routes(entry.url_patterns, route)
        else:
            yield route, entry.callback
