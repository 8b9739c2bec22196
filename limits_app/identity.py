"""Under which name failures are counted, and what of it may be written to a log."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

MAX_LENGTH = 255
NUMBER = re.compile(r"\+?[0-9]{5,}")
DECORATION = re.compile(r"[\s()\-.\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
SHOWN_AT_START, SHOWN_AT_END = 4, 2


def username_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """The account name that axes counts under; None when none was given.

    Callers put the normal form into `credentials["username"]`. Should one forget, decorated spellings of one
    number still meet in one counter; only a national spelling (without country code) would not.
    """
    given = (credentials or {}).get("username")
    return plain_identity(str(given)) if given else None


def plain_identity(text: str) -> str:
    """NFKC, lower case, ASCII digits, printable; a number as `+` and digits, whatever stood between them."""
    normal = unicodedata.normalize("NFKC", text).strip().casefold()
    digits = "".join(str(unicodedata.decimal(character, character)) for character in normal)
    bare = DECORATION.sub("", digits)
    if NUMBER.fullmatch(bare):
        return f"+{bare.lstrip('+').removeprefix('00')}"[:MAX_LENGTH]
    return "".join(character for character in normal if character.isprintable())[:MAX_LENGTH]


def mask(identity: str) -> str:
    """First four and last two characters: enough to recognise an account one already knows."""
    if len(identity) <= SHOWN_AT_START + SHOWN_AT_END:
        return "•••"
    hidden = len(identity) - SHOWN_AT_START - SHOWN_AT_END
    return f"{identity[:SHOWN_AT_START]}{'•' * hidden}{identity[-SHOWN_AT_END:]}"


def client_label(
    username: str, ip_address: str, user_agent: str, path_info: str, request: HttpRequest
) -> str:
    """What axes writes to the log about a caller: address and path, never the account (L03)."""
    path = "".join(character for character in str(path_info) if character.isprintable())
    return f"{ip_address or 'unknown address'} at {path}"
