"""The key that the operator brings: JWT_PRIVATE_KEY names a PEM file or holds the PEM itself."""

from pathlib import Path

from django.conf import settings

from jwt_app.conf import conf
from jwt_app.errors import UnsuitableKey

PEM_START = "-----BEGIN"


def key_path() -> Path | None:
    """Where the file is or would be; None when the setting is empty or holds the key itself."""
    if not conf.JWT_PRIVATE_KEY or PEM_START in conf.JWT_PRIVATE_KEY:
        return None
    return Path(settings.BASE_DIR) / conf.JWT_PRIVATE_KEY


def configured_pem() -> bytes | None:
    """The PEM, or None when there is none: the ring then has its key already, or makes one. Raises UnsuitableKey."""
    path = key_path()
    if path is None:
        # Environment files keep a key on one line, with `\n` written out.
        return conf.JWT_PRIVATE_KEY.replace("\\n", "\n").encode() or None
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise UnsuitableKey(f"cannot read {path}: {error.strerror}") from error
