"""Under which name attempts are counted, and what of it may be stored and written to a log."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from core_app.keyring import mac, ring
from limits_app.network import ip_bucket

MAX_LENGTH = 255
NUMBER = re.compile(r"\+?[0-9]{5,}")
DECORATION = re.compile(r"[\s()\-.\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
SHOWN_AT_START, SHOWN_AT_END = 4, 2
PURPOSE = "limits"
LABEL_LENGTH = 64
LOGGED_HASH = 12


def username_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """The account that attempts are counted under; None when none was given.

    Callers put the normal form into `credentials["username"]` (a number) or `["email"]`. Should one forget,
    decorated spellings of one number still meet in one counter; only a national spelling (without country code)
    would not.
    """
    named = credentials or {}
    given = named.get("username") or named.get("email")
    return plain_identity(str(given)) if given else None


def logged_name_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """The `AXES_USERNAME_CALLABLE`: what axes' log calls the account."""
    account = username_of(request, credentials)
    return logged_name(account) if account else None


def logged_name(account: str) -> str:
    """Masked, with enough of the keyed hash to tell accounts apart and to find one that is known."""
    identity = plain_identity(account)
    return f"{label_of(identity)} {key_hash('log', identity)[:LOGGED_HASH]}"


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


def key_hash(kind: str, key: str, *, key_id: str = "") -> str:
    """What is stored in place of a key: 64 hex digits that only this server can make.

    They change when a new master key comes first; what was counted before starts anew then.
    """
    return mac(PURPOSE, kind.encode(), key.encode(), key_id=key_id).hex()


def key_hashes(kind: str, key: str) -> list[str]:
    """The hash of a key under every master key of the ring: for what must outlive a change of keys."""
    return [key_hash(kind, key, key_id=master.key_id) for master in ring()]


def label_of(key: str) -> str:
    """What operators may see of a key: addresses and names as they are, numbers and e-mail addresses masked."""
    if ip_bucket(key):
        return key[:LABEL_LENGTH]
    shown = mask(key) if NUMBER.fullmatch(key) or "@" in key else key
    return "".join(character for character in shown if character.isprintable())[:LABEL_LENGTH]


def client_label(
    username: str, ip_address: str, user_agent: str, path_info: str, request: HttpRequest
) -> str:
    """What axes writes to the log about a caller: address and path, never the account (L03)."""
    path = "".join(character for character in str(path_info) if character.isprintable())
    return f"{ip_address or 'unknown address'} at {path}"
