"""Signatures that this process has checked before: resource servers ask about the same token again and again.

Only the arithmetic is remembered, which cannot change: this text was signed by this key. Everything that can change is
asked each time, as if nothing were remembered: whether the key is still trusted, the times, the issuer, and after that
whether session, family and app are alive. The memory belongs to one parsed key, so it can never outlive it or speak
for another.
"""

from hashlib import sha256
from threading import Lock

MOST_KEPT = 8192


class SeenSignatures:
    """Digests of tokens whose signature fitted one key: two generations, the older of which is dropped when full."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._half = most // 2
        self._lock = Lock()
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()

    def __contains__(self, token: str) -> bool:
        digest = _digest(token)
        return digest in self._young or digest in self._old

    def add(self, token: str) -> None:
        """Remember a token. Only one whose signature was found good."""
        with self._lock:
            if len(self._young) >= self._half:
                self._old, self._young = self._young, set()
            self._young.add(_digest(token))

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


def _digest(token: str) -> bytes:
    """What is kept instead of the token: it must not be found in the memory of the process."""
    return sha256(token.encode("ascii")).digest()
