"""Takes out of a log line what must not be there: phone numbers, addresses of e-mail, codes, tokens, passwords.

The last net: rooms write no secrets in the first place. It looks at whole lines, those of libraries and tracebacks of
database errors among them, and would rather take out too much (ASVS 16.2.5, L03).
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

GONE = "[removed]"

# Names whose values are secret, alone or as the end of a longer name; `status_code` and `error_code` are not.
_HIDDEN = (
    r"(?:password\d?|passwd|secrets?|token|assertion|authorization|cookie|verifier|otp|api_?key|session_?key|dsn"
    r"|(?<!status_)(?<!error_)code)"
)
SECRET_NAME = re.compile(rf"(?i)[\w.-]*{_HIDDEN}")
PAIR = re.compile(rf"(?i)([\w.-]*{_HIDDEN}[\"']?\s*[=:]\s*)(?:[\"'][^\"']*[\"']|[^\s&\"',;)}}\]]+)")
SCHEME = re.compile(r"(?i)\b(bearer|basic|dpop)\s+[\w.~+/=-]{6,}")
USER_INFO = re.compile(r"://[^/\s@]+@")
JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+[\w.-]*")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])"
# Long random words: refresh tokens, codes, session keys, generated secrets.
OPAQUE = re.compile(rf"(?<![\w-])(?!{_UUID})(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{{30,}}(?![\w-])", re.ASCII)
EMAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+\.[\w.-]+)")
PHONE = re.compile(r"\+\d[\d ()-]{5,17}(\d\d)|(?<![\w.-])\d{6,13}(\d\d)(?![\w.-])")
SHORT_CODE = re.compile(r"(?<![\w.:+-])\d{6,8}(?![\w.:-])")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

# Ids of ours, kept as they are; each is made by this server or checked before it comes here.
PLAIN = frozenset(
    {
        "timestamp",
        "level",
        "logger",
        "request_id",
        "sid",
        "jti",
        "client_id",
        "route",
        "method",
        "status",
        "ms",
    }
)
MULTI_LINE = frozenset({"exception", "stack"})


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the line without its secrets, and without line breaks that somebody sent (CWE-117)."""
    for name, value in event.items():
        if name in PLAIN or name.startswith("_"):
            continue
        if SECRET_NAME.fullmatch(name):
            event[name] = GONE
        else:
            event[name] = _clean(value, keep_lines=name in MULTI_LINE)
    return event


def scrub(text: str) -> str:
    """A text without what looks like a secret, a phone number or an e-mail address."""
    text = USER_INFO.sub(f"://{GONE}@", text)
    text = SCHEME.sub(rf"\1 {GONE}", text)
    text = PAIR.sub(rf"\1{GONE}", text)
    text = JWT.sub(GONE, text)
    text = OPAQUE.sub(GONE, text)
    text = EMAIL.sub(r"\1***@\2", text)
    text = SHORT_CODE.sub(GONE, text)
    return PHONE.sub(lambda found: f"[number …{found[1] or found[2]}]", text)


def _clean(value: object, *, keep_lines: bool) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            str(name): GONE if SECRET_NAME.fullmatch(str(name)) else _clean(item, keep_lines=False)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, keep_lines=False) for item in value]
    text = scrub(str(value))
    if keep_lines:
        return "\n".join(_one_line(line) for line in text.split("\n"))
    return _one_line(text)


def _one_line(text: str) -> str:
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
