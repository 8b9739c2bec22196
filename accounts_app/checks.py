"""A list of breached passwords that is missing stops the start: unchecked, no password could be set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from accounts_app.breached import DIGEST_LENGTH
from accounts_app.conf import conf

NO_LIST = "accounts_app.E001"
BAD_LIST = "accounts_app.E002"
HEX = frozenset(b"0123456789ABCDEF")


def check_breached_file(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Whether the list is there and has the form that is searched."""
    name = conf.PASSWORD_BREACHED_FILE
    if not name:
        return []
    try:
        with Path(name).open("rb") as file:
            first = file.readline()[:DIGEST_LENGTH]
    except OSError as error:
        return [Error(f"PASSWORD_BREACHED_FILE: cannot read {name}: {error.strerror}.", id=NO_LIST)]
    if len(first) == DIGEST_LENGTH and set(first) <= HEX:
        return []
    hint = "One upper-case SHA-1 in hex a line, sorted, as `ordered by hash` lists have it."
    return [Error(f"PASSWORD_BREACHED_FILE: {name} is no such list.", hint=hint, id=BAD_LIST)]
