"""Turns tokens and answers into rows that people can read."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TIMES = {"exp", "iat", "nbf", "auth_time", "updated_at"}


@dataclass(frozen=True, slots=True)
class Row:
    """One name and value; `note` explains the value where numbers do not speak for themselves."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OpenedToken:
    """A JWT laid open. Nothing is verified here: this is for looking."""

    raw: str
    header: list[Row]
    claims: list[Row]


def open_token(token: str) -> OpenedToken | None:
    """The parts of a JWT, or None when it is not one."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_decode(part)) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return OpenedToken(raw=token, header=rows_of(header), claims=rows_of(claims))


def rows_of(values: Mapping[str, Any]) -> list[Row]:
    """A flat table of a JSON object."""
    return [Row(name=name, value=_text(value), note=_note(name, value)) for name, value in values.items()]


def pretty(body: object) -> str:
    """An answer's body as indented JSON, or as it came."""
    return body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _note(name: str, value: object) -> str:
    if name not in TIMES or isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        return ""
