"""Making a code and telling whether a text has the form of one."""

import re
import secrets


def new_code(digits: int) -> str:
    """Uniform over all texts of so many ASCII digits, from the system's generator (G01)."""
    return str(secrets.randbelow(10**digits)).zfill(digits)


def is_code(text: str, digits: int) -> bool:
    """ASCII digits only: `\\d` and `int()` take other scripts' digits as well, and two spellings of one code
    would be two tries."""
    return re.fullmatch(rf"[0-9]{{{digits}}}", text) is not None
