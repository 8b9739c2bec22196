"""The secrets of a fresh checkout: made once, readable by the owner only, never overwritten."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core_app.keyring import new_master_key

RSA_BITS = 2048
OWNER_ONLY = 0o600
CONFIGURED_BY = ("SECRET_KEY", "SECRET_KEY_FILE")


def prepare_checkout(root: Path) -> None:
    """Write `.env` and `keys/master.key` for development, unless this installation is configured already."""
    is_configured = (root / ".env").exists() or any(name in os.environ for name in CONFIGURED_BY)
    if is_configured or os.environ.get("DEBUG", "1") not in {"1", "true", "True", "yes", "on"}:
        return
    write_development_env(root / ".env")
    write_master_key(root / "keys" / "master.key")


def write_development_env(path: Path) -> None:
    """Write the settings of a development server. Raises FileExistsError rather than overwrite."""
    lines = [
        "# Made for development on this machine. For production see .env.example.",
        "DEBUG=1",
        "DEMO=1",
        "MESSAGING_KEEP_BODIES=1",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"DEMO_API_SECRET={secrets.token_urlsafe(32)}",
    ]
    write_private_file(path, "\n".join(lines) + "\n")


def write_master_key(path: Path) -> bool:
    """Write a new master key when there is none. True when it was written."""
    if path.exists():
        return False
    write_private_file(path, new_master_key() + "\n")
    return True


def write_signing_key(path: Path) -> bool:
    """Write a new RSA private key as PEM when there is none. True when it was written."""
    if path.exists():
        return False
    key = rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private_file(path, pem.decode())
    return True


def write_private_file(path: Path, text: str) -> None:
    """Create a file that only its owner can read. Raises FileExistsError when somebody was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
