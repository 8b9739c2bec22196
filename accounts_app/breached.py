"""Passwords that are known from breaches, looked up in a sorted file on this machine (ASVS 6.2.12).

The file may be many gigabytes: it is never read into memory, a look-up takes some thirty short reads.
"""

import hashlib
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts_app.conf import conf
from accounts_app.models import User
from core_app.errors import Unavailable

DIGEST_LENGTH = 40


class BreachedValidator:
    """Refuses what `PASSWORD_BREACHED_FILE` lists; everything passes when there is no such file named."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError, and Unavailable when the list cannot be read: unchecked, none is accepted."""
        if conf.PASSWORD_BREACHED_FILE and is_listed(password, Path(conf.PASSWORD_BREACHED_FILE)):
            raise ValidationError(
                _("This password was stolen somewhere before. Choose another one."), code="password_breached"
            )

    def get_help_text(self) -> str:
        return _("It must not be one that was stolen somewhere.") if conf.PASSWORD_BREACHED_FILE else ""


def is_listed(password: str, path: Path) -> bool:
    """Whether the file has the password's SHA-1. Raises Unavailable when it cannot be read."""
    # The list's own format; nothing is protected by this hash.
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with path.open("rb") as file:
            return _find(file, digest, path.stat().st_size)
    except OSError as error:
        raise Unavailable(
            _("Passwords cannot be set right now. Try again later."), detail=f"{path}: {error.strerror}"
        ) from error


def _find(file: BinaryIO, digest: bytes, size: int) -> bool:
    """Binary search by position: the first line that begins at or after `low` is compared."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        found = _first_line_from(file, middle)
        if found and found < digest:
            low = middle + 1
        else:
            high = middle
    return _first_line_from(file, low) == digest


def _first_line_from(file: BinaryIO, position: int) -> bytes:
    """The digest of the first line that begins at `position` or later; b"" when there is none."""
    file.seek(max(0, position - 1))
    if position:
        file.readline()
    return file.readline()[:DIGEST_LENGTH].upper()
