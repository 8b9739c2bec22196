"""Hashes that come with people from other systems: compared as they are, and replaced at the first sign-in (login:F06).

bcrypt is stored with Django's prefix, `bcrypt$` before `$2b$12$…`.
"""

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher

MOST_BYTES = 72


class ImportedBcrypt(BCryptPasswordHasher):
    """bcrypt reads 72 bytes; the systems that made these hashes cut longer passwords, and so the comparison has to."""

    def encode(self, password: str, salt: str | bytes) -> str:
        """The first 72 bytes, hashed."""
        given = salt.encode() if isinstance(salt, str) else salt
        return f"{self.algorithm}${bcrypt.hashpw(password.encode()[:MOST_BYTES], given).decode()}"

    def verify(self, password: str, encoded: str) -> bool:
        """Whether they belong together; False for a hash that cannot be read."""
        try:
            return bool(super().verify(password, encoded))
        except ValueError:
            return False
