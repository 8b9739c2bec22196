"""Where a browser may be sent next: paths of this server only (requirement A09)."""

from urllib.parse import urlsplit

MAX_LENGTH = 2000


def safe_path(candidate: str | None, default: str = "/") -> str:
    """`candidate` when it is an absolute path on this server, else `default`.

    Refuses other origins in every spelling browsers accept: `//host`, `/\\host`, `https:host`, control characters.
    """
    if not candidate or len(candidate) > MAX_LENGTH or not candidate.startswith("/"):
        return default
    if candidate.startswith("//") or "\\" in candidate or not candidate.isprintable():
        return default
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return default
    if parts.scheme or parts.netloc:
        return default
    return candidate
