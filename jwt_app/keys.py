"""The key ring in use: which key signs, which keys verify, and what is published.

Every process keeps one snapshot of the ring for at most `JWT_KEY_CACHE_SECONDS`, so a rotation reaches all of
them without a restart. A key is opened and parsed once per process: parsing a PEM costs a hundred signatures.
"""

import threading
import time

from django.db import IntegrityError, transaction
from django.utils import timezone

from jwt_app import signals
from jwt_app.algorithms import PrivateKey, public_jwk, read_pem, rules_of
from jwt_app.conf import conf
from jwt_app.errors import NoActiveKey, UnsuitableKey
from jwt_app.models import SigningKey
from jwt_app.ring import KnownKey, Ring, read_ring
from jwt_app.sealing import LoadedKey, VerificationKey, seal_private

__all__ = [
    "MAX_CACHE_SECONDS", "LoadedKey", "VerificationKey", "active_key", "ensure_active_key", "forget_cached_keys",
    "hint_key", "jwks", "verification_key",
]  # fmt: skip

MAX_CACHE_SECONDS = 1.0


class RingCache:
    """The process's snapshot. One thread reads the database, the others go on with what they have."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ring: Ring | None = None
        self._searched_at = float("-inf")

    def current(self) -> Ring:
        ring = self._ring
        if ring is not None and _is_fresh(ring.read_at):
            return ring
        # With a snapshot at hand nobody queues behind the thread that is reading a new one.
        if not self._lock.acquire(blocking=ring is None) and ring is not None:
            return ring
        try:
            if self._ring is None or not _is_fresh(self._ring.read_at):
                self._ring = read_ring(self._ring)
            return self._ring
        finally:
            self._lock.release()

    def search_again(self) -> Ring | None:
        """A new reading for a kid nobody knows: at most one per cache period, whatever is asked for (D10)."""
        with self._lock:
            if _is_fresh(self._searched_at):
                return None
            self._searched_at = time.monotonic()
            self._ring = read_ring(self._ring)
            return self._ring

    def forget(self) -> None:
        with self._lock:
            self._ring = None
            self._searched_at = float("-inf")


_cache = RingCache()


def active_key(algorithm: str) -> LoadedKey:
    """The key that signs with this algorithm now. Raises NoActiveKey."""
    key = _cache.current().active.get(algorithm)
    if key is None:
        raise NoActiveKey(algorithm)
    return key


def verification_key(kid: str) -> VerificationKey | None:
    """The key of that id while what it signed may still be valid, else None."""
    entry = _known(kid)
    return entry.key if entry is not None and entry.verifies() else None


def hint_key(kid: str) -> VerificationKey | None:
    """The key of that id for as long as expired ID tokens of it are understood as hints, else None."""
    entry = _known(kid)
    return entry.key if entry is not None and entry.reads_hints() else None


def jwks() -> dict[str, list[dict[str, str]]]:
    """The public key set (RFC 7517 §5): next, active, and retired ones that still verify. Read-only."""
    return dict(_cache.current().published)


def forget_cached_keys() -> None:
    """Make this process read the ring again before its next use. Keys parsed already stay parsed."""
    _cache.forget()


def ensure_active_key(*, algorithm: str, pem: bytes | None = None) -> LoadedKey:
    """The active key of an algorithm, made from `pem` or generated when there is none yet.

    Safe to call from many processes at once: the unique `active_slot` lets one of them win, the others take
    its key. Call it outside a transaction, so that the loser sees the winner's row. Raises UnsuitableKey.
    """
    if not SigningKey.objects.filter(active_slot=algorithm).exists():
        private = read_pem(pem, algorithm) if pem else rules_of(algorithm).generate()
        _store_active(private, algorithm)
    forget_cached_keys()
    return active_key(algorithm)


def _store_active(private: PrivateKey, algorithm: str) -> None:
    now = timezone.now()
    row = new_row(private, algorithm, state=SigningKey.State.ACTIVE)
    row.active_slot, row.created_at, row.activated_at = algorithm, now, now
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            signals.key_activated.emit(subject=row.short_name, reason="first")
    except IntegrityError as error:
        if not SigningKey.objects.filter(active_slot=algorithm).exists():
            raise UnsuitableKey(
                f"The signing key {row.kid} is in the ring already and is not active."
            ) from error


def new_row(private: PrivateKey, algorithm: str, *, state: SigningKey.State) -> SigningKey:
    """An unsaved row for a key, sealed; its slot and times are the caller's to fill in."""
    jwk = public_jwk(private.public_key(), algorithm)
    return SigningKey(
        kid=jwk["kid"],
        algorithm=algorithm,
        state=state,
        private_sealed=seal_private(private, kid=jwk["kid"]),
        public_jwk=jwk,
    )


def _known(kid: str) -> KnownKey | None:
    ring: Ring | None = _cache.current()
    if ring is not None and kid not in ring.known:
        ring = _cache.search_again()
    return None if ring is None else ring.known.get(kid)


def _is_fresh(at: float) -> bool:
    return time.monotonic() - at < min(conf.JWT_KEY_CACHE_SECONDS, MAX_CACHE_SECONDS)
