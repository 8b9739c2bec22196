"""What must be right before the server signs anything. Each finding has a stable id."""

import stat
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from core_app import keyring
from jwt_app.algorithms import ALGORITHMS, read_pem
from jwt_app.conf import DAY, conf
from jwt_app.errors import UnsuitableKey
from jwt_app.key_file import configured_pem, key_path
from jwt_app.keys import MAX_CACHE_SECONDS


@register(Tags.security)
def master_key_is_usable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """jwt_app.E001"""
    try:
        keyring.ring()
    except ImproperlyConfigured as error:
        hint = "Set MASTER_KEYS or MASTER_KEYS_FILE; `manage.py bootstrap` makes a key for development."
        return [Error(str(error), hint=hint, id="jwt_app.E001")]
    return []


@register(Tags.security)
def settings_are_possible(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """jwt_app.E002, jwt_app.E003"""
    found: list[CheckMessage] = []
    if conf.JWT_ALGORITHM not in ALGORITHMS:
        message = f"JWT_ALGORITHM is {conf.JWT_ALGORITHM!r}; use one of {', '.join(ALGORITHMS)}."
        found.append(Error(message, id="jwt_app.E002"))
    if not 0 <= conf.JWT_KEY_CACHE_SECONDS <= MAX_CACHE_SECONDS:
        message = f"JWT_KEY_CACHE_SECONDS must be 0 to {MAX_CACHE_SECONDS:g}."
        found.append(
            Error(message, hint="A rotated key must be known everywhere at once.", id="jwt_app.E003")
        )
    return found


@register(Tags.security)
def life_cycle_is_possible(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """jwt_app.E006, jwt_app.E007"""
    found: list[CheckMessage] = []
    if conf.JWKS_CACHE_SECONDS < 0 or conf.JWT_PUBLISH_AHEAD_SECONDS < conf.JWKS_CACHE_SECONDS:
        message = "JWT_PUBLISH_AHEAD_SECONDS must not be less than JWKS_CACHE_SECONDS."
        hint = "Clients that cached the key set would not know the key that signs."
        found.append(Error(message, hint=hint, id="jwt_app.E006"))
    every = conf.JWT_ROTATE_EVERY_DAYS * DAY
    if every < 0 or 0 < every <= conf.JWT_PUBLISH_AHEAD_SECONDS:
        message = "JWT_ROTATE_EVERY_DAYS must be 0 or longer than JWT_PUBLISH_AHEAD_SECONDS."
        found.append(Error(message, id="jwt_app.E007"))
    return found


@register(Tags.security)
def own_key_is_usable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """jwt_app.E004, jwt_app.W005. No key is fine: the ring may have its own already."""
    if conf.JWT_ALGORITHM not in ALGORITHMS:
        return []
    try:
        pem = configured_pem()
        if pem is not None:
            read_pem(pem, conf.JWT_ALGORITHM)
    except UnsuitableKey as error:
        return [Error(f"JWT_PRIVATE_KEY: {error}", id="jwt_app.E004")]
    path = key_path()
    if path is not None and path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return [
            Warning(f"JWT_PRIVATE_KEY: others may read {path}.", hint=f"chmod 600 {path}", id="jwt_app.W005")
        ]
    return []
