"""Owns the bytes of HTTP/1.1 as the driver sends and reads them: no objects where a flood of requests passes."""

import base64
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote_plus, urlencode

Response = tuple[int, bytes, bytes]
"""Status, head (without the empty line), body."""

_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")
_CHUNKED = re.compile(rb"\r\n[Tt]ransfer-[Ee]ncoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\n[Cc]onnection: *close", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\n[Ll]ocation: *([^\r]*)")
_COOKIE = re.compile(rb"\r\n[Ss]et-[Cc]ookie: *([^=;\r]+)=([^;\r]*)([^\r]*)")


def get(path: str, headers: str) -> bytes:
    """A GET request. `headers` are whole lines, each with its line end."""
    return f"GET {path} HTTP/1.1\r\nAccept: */*\r\n{headers}\r\n".encode()


def post(path: str, form: Mapping[str, str] | Iterable[tuple[str, str]], headers: str) -> bytes:
    """A POST of a form, as a browser and every OAuth client sends it."""
    body = urlencode(list(form.items()) if isinstance(form, Mapping) else list(form))
    return (
        f"POST {path} HTTP/1.1\r\nAccept: */*\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n{body}"
    ).encode()


def basic(client_id: str, secret: str) -> str:
    """The header line of client_secret_basic (RFC 6749 §2.3.1: both are form-encoded first)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"


def cookies(jar: Mapping[str, str]) -> str:
    """The Cookie line, or nothing."""
    return f"Cookie: {'; '.join(f'{name}={value}' for name, value in jar.items())}\r\n" if jar else ""


def keep_cookies(jar: dict[str, str], head: bytes) -> None:
    """Take over what the answer sets, and drop what it takes away."""
    for name, value, rest in _COOKIE.findall(head):
        if not value or b"1970" in rest or b"ax-age=0" in rest.lower():
            jar.pop(name.decode(), None)
        else:
            jar[name.decode()] = value.decode()


def location(head: bytes) -> str:
    """Where the answer sends the browser; empty when it does not."""
    found = _LOCATION.search(head)
    return found[1].decode() if found else ""


def closes(head: bytes) -> bool:
    """Whether the server ends the connection after this answer."""
    return b"lose" in head and _CLOSE.search(head) is not None


def parse(data: bytes) -> Response | None:
    """The answer in `data`, or nothing while it is not whole. Answers that end with the connection are not read."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, status = data[: end + 2], int(data[9:12])
    length = _LENGTH.search(head)
    if length:
        until = end + 4 + int(length[1])
        return (status, head, data[end + 4 : until]) if len(data) >= until else None
    if _CHUNKED.search(head):
        body = _chunks(data, end + 4)
        return None if body is None else (status, head, body)
    # RFC 9112 §6.3: these have no body.
    return (status, head, b"") if status in (204, 304) or status < 200 else None


def _chunks(data: bytes, at: int) -> bytes | None:
    whole = b""
    while True:
        line = data.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(data[at:line].split(b";")[0], 16)
        if len(data) < line + 2 + size + 2:
            return None
        if size == 0:
            return whole
        whole += data[line + 2 : line + 2 + size]
        at = line + 2 + size + 2
