"""The last net before the record: what looks like a phone number, a token or a line break does not get in.

Rooms mask what they send; this catches what one of them forgot (L03).
"""

import re

from accounts_app.identifiers import mask_phone

REMOVED = "•••"
UUID = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
# Seven digits or more, with the separators people type; the codes we send are shorter or as long, and go too.
PHONE = r"\+?[0-9](?:[ ()./\u00a0-]{0,2}[0-9]){6,17}"
# A random text of a token's or code's size has capitals and digits; names of rules and scopes have not.
RANDOM = r"(?=[A-Za-z_-]*[0-9])(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{24,}"
# An IPv4 address is no number of a phone; four groups of two digits could be either, and go.
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
ADDRESS = rf"(?<![0-9.+])(?!(?:[0-9]{{2}}\.){{3}}[0-9]{{2}}(?![0-9]))(?:{OCTET}\.){{3}}{OCTET}(?![0-9.])"
SENSITIVE = re.compile(rf"(?P<uuid>{UUID})|(?P<address>{ADDRESS})|(?P<secret>{RANDOM})|(?P<phone>{PHONE})")
E164 = re.compile(r"\+[0-9]{7,15}")
SEPARATORS = re.compile(r"[ ()./\u00a0-]")


def free_text(text: str, limit: int) -> str:
    """Words from anywhere: one line, without phone numbers, codes and tokens, at most `limit` characters."""
    return SENSITIVE.sub(_mask, printable(text))[:limit] if text else ""


def identifier(text: str, limit: int) -> str:
    """An id or a machine's description of itself; it may hold long numbers: only `+` and digits is masked."""
    line = printable(text)
    return (E164.sub(_mask_number, line) if "+" in line else line)[:limit]


def printable(text: str) -> str:
    """One line of visible characters, so that an entry cannot pretend to be two."""
    return text if text.isprintable() else "".join(part for part in text if part.isprintable())


def _mask_number(found: re.Match[str]) -> str:
    return mask_phone(found[0])


def _mask(found: re.Match[str]) -> str:
    if kept := found["uuid"] or found["address"]:
        return str(kept)
    return REMOVED if found["secret"] else mask_phone(SEPARATORS.sub("", found["phone"]))
