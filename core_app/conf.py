"""Typed settings: each room declares its own in `conf.py`, and the documentation is made from the declarations.

A value is looked for in this order: a Django setting of that name (tests override it there), the environment
variable of that name (`.env` is loaded into the environment by the settings module), the declared default.
A secret may also come from a file: `NAME_FILE=/run/secrets/name` (Docker secrets). A process reads each value once:
what is changed in the environment or in such a file counts from its next start.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

T = TypeVar("T")

DECLARED: list["Setting[Any]"] = []


def as_bool(text: str) -> bool:
    """Read yes/no. Raises ValueError for anything else, so that a typing slip never turns a limit off."""
    lowered = text.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("expected one of 1, 0, true, false, yes, no, on, off")


def as_list(text: str) -> list[str]:
    """Read a comma-separated list; blanks are dropped."""
    return [part.strip() for part in text.split(",") if part.strip()]


class Setting(Generic[T]):
    """One setting: a descriptor that reads itself when first asked and describes itself to `docs/settings.md`.

    `parse` turns the environment's text into the value; it is chosen from the default's type when not given.
    """

    def __init__(
        self, default: T, help: str, *, parse: Callable[[str], T] | None = None, secret: bool = False
    ) -> None:
        self.name = ""
        self.room = ""
        self.default = default
        self.help = help
        self.secret = secret
        self.parse = parse or _parser_for(default)
        self._holders: list[object] = []
        DECLARED.append(self)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.room = owner.__module__.split(".")[0]

    @overload
    def __get__(self, instance: None, owner: type) -> "Setting[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "Setting[T] | T":
        if instance is None:
            return self
        value: Any = getattr(django_settings, self.name, _ABSENT)
        if value is _ABSENT:
            value = self.from_environment()
        # From now on Python finds it there and does not come here: a dozen settings are asked for in every request.
        instance.__dict__[self.name] = value
        self._holders.append(instance)
        return value  # type: ignore[no-any-return]  # Django's settings have no types

    def forget(self) -> None:
        """Read it anew when it is next asked for."""
        while self._holders:
            self._holders.pop().__dict__.pop(self.name, None)

    def from_environment(self) -> T:
        """The environment's value or the default. Raises ImproperlyConfigured when it cannot be read."""
        text = read_environment(self.name)
        if text is None:
            return self.default
        try:
            return self.parse(text)
        except (ValueError, TypeError) as error:
            raise ImproperlyConfigured(f"{self.name}: {error}") from error


def forget_setting(*, setting: str, **kwargs: object) -> None:
    """Read a setting anew: a test overrides it, or stops."""
    for declared in DECLARED:
        if declared.name == setting:
            declared.forget()


def read_environment(name: str) -> str | None:
    """The text of an environment variable, or of the file that NAME_FILE names; None when neither is set."""
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error


def _parser_for(default: object) -> Callable[[str], Any]:
    if isinstance(default, bool):
        return as_bool
    if isinstance(default, int):
        return int
    if isinstance(default, float):
        return float
    if isinstance(default, list):
        return as_list
    return str


_ABSENT = object()

# Sent where Django's settings are overridden, which is in tests only.
setting_changed.connect(forget_setting, dispatch_uid="core_app.conf")
