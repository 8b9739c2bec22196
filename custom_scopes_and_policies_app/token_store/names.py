"""What codes, families and tokens are called where they are kept."""

import hashlib
import secrets
import uuid


def hash_code(code: str) -> str:
    """What is kept of an authorization code (A13): SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(b"authorization-code:" + code.encode()).hexdigest()


def new_code() -> str:
    """An authorization code: 256 random bits."""
    return secrets.token_urlsafe(32)


def family_key(family_id: uuid.UUID | str) -> str:
    """The cache key under which a family is remembered as alive."""
    return f"live:family:{family_id}"


def token_key(jti: str) -> str:
    """The cache key under which a token without a family is remembered as alive."""
    return f"live:token:{jti}"
