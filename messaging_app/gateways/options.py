"""A route's own settings: `SMS_<ROUTE>_<OPTION>` in the environment, over what its preset says."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core_app.conf import as_bool, read_environment

Pairs = tuple[tuple[str, object], ...]


class RouteOptions:
    """Reads the options of one route. Raises ImproperlyConfigured, with the variable's name, for what cannot be
    read.
    """

    def __init__(self, route: str, preset: Mapping[str, str]) -> None:
        self.route = route
        self._preset = preset

    def name(self, option: str) -> str:
        """The environment variable of an option."""
        return f"SMS_{self.route.upper().replace('-', '_')}_{option}"

    def text(self, option: str) -> str:
        name = self.name(option)
        given = getattr(settings, name, None)
        if given is None:
            given = read_environment(name)
        return str(given).strip() if given is not None else self._preset.get(option, "")

    def choice(self, option: str, choices: tuple[str, ...]) -> str:
        """One of `choices`, in whatever case it was written; the first when it is not set."""
        text = self.text(option) or choices[0]
        for choice in choices:
            if text.lower() == choice.lower():
                return choice
        raise ImproperlyConfigured(f"{self.name(option)} is {text!r}; choose from {', '.join(choices)}.")

    def flag(self, option: str) -> bool:
        try:
            return as_bool(self.text(option))
        except ValueError as error:
            raise ImproperlyConfigured(f"{self.name(option)}: {error}") from error

    def numbers(self, option: str) -> frozenset[int]:
        try:
            return frozenset(int(part) for part in self.words(option))
        except ValueError as error:
            raise ImproperlyConfigured(f"{self.name(option)}: expected numbers such as 200,202") from error

    def words(self, option: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(option).split(",") if part.strip())

    def pairs(self, option: str) -> Pairs:
        """`name=value;name=value`, or a JSON object where values are numbers or contain `;`."""
        text = self.text(option)
        if text.startswith("{"):
            return self._pairs_of_json(option, text)
        pairs = []
        for piece in filter(None, (piece.strip() for piece in text.split(";"))):
            key, separator, value = piece.partition("=")
            if not separator or not key.strip():
                raise ImproperlyConfigured(f"{self.name(option)}: {key!r} is not name=value.")
            pairs.append((key.strip(), value.strip()))
        return tuple(pairs)

    def _pairs_of_json(self, option: str, text: str) -> Pairs:
        try:
            pairs = json.loads(text)
        except ValueError as error:
            raise ImproperlyConfigured(f"{self.name(option)} begins like JSON and is none.") from error
        if any(isinstance(value, dict | list) for value in pairs.values()):
            raise ImproperlyConfigured(f"{self.name(option)}: nested values belong into {self.name('JSON')}.")
        return tuple(pairs.items())
