"""The key ring in use: which key signs, which keys verify, and what is published.

Every process keeps one snapshot of the ring for at most `JWT_KEY_CACHE_SECONDS`, so a rotation reaches all of
them without a restart. A key is opened and parsed once per process: parsing a PEM costs a hundred signatures.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db import Error as AnyDatabaseError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core_app import keyring
from jwt_app.algorithms import PrivateKey, PublicKey, public_jwk, read_pem, rules_of, write_pem
from jwt_app.conf import conf
from jwt_app.errors import NoActiveKey, UnsuitableKey
from jwt_app.models import SigningKey

logger = logging.getLogger(__name__)

SEAL_PURPOSE = "signing-key"
MAX_CACHE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class LoadedKey:
    """A parsed key, ready for use. Never print it: `private` is the private key."""

    kid: str
    algorithm: str
    private: PrivateKey = field(repr=False)
    public: PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ring:
    """What one reading of the database said. `read_at` is monotonic seconds."""

    read_at: float
    active: Mapping[str, LoadedKey]
    verifying: Mapping[str, tuple[LoadedKey, datetime | None]]
    published: Mapping[str, list[dict[str, str]]]


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
                self._ring = _read_ring(self._ring)
            return self._ring
        finally:
            self._lock.release()

    def search_again(self) -> Ring | None:
        """A new reading for a kid nobody knows: at most one per cache period, whatever is asked for (D10)."""
        with self._lock:
            if _is_fresh(self._searched_at):
                return None
            self._searched_at = time.monotonic()
            self._ring = _read_ring(self._ring)
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


def verification_key(kid: str) -> LoadedKey | None:
    """The key of that id while what it signed may still be valid, else None."""
    ring: Ring | None = _cache.current()
    if ring is not None and kid not in ring.verifying:
        ring = _cache.search_again()
    if ring is None or kid not in ring.verifying:
        return None
    key, until = ring.verifying[kid]
    return None if until is not None and until <= timezone.now() else key


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
    jwk = public_jwk(private.public_key(), algorithm)
    kid = jwk["kid"]
    now = timezone.now()
    try:
        with transaction.atomic():
            SigningKey.objects.create(
                kid=kid,
                algorithm=algorithm,
                state=SigningKey.State.ACTIVE,
                active_slot=algorithm,
                private_sealed=keyring.seal(SEAL_PURPOSE, write_pem(private), context=kid.encode()),
                public_jwk=jwk,
                created_at=now,
                activated_at=now,
            )
    except IntegrityError as error:
        if not SigningKey.objects.filter(active_slot=algorithm).exists():
            raise UnsuitableKey(f"The signing key {kid} is in the ring already and is not active.") from error


def _is_fresh(at: float) -> bool:
    return time.monotonic() - at < min(conf.JWT_KEY_CACHE_SECONDS, MAX_CACHE_SECONDS)


def _read_ring(previous: Ring | None) -> Ring:
    """Read all keys. When the database is away, what was known goes on serving (D10)."""
    read_at = time.monotonic()
    try:
        rows = list(SigningKey.objects.exclude(verify_until__lte=timezone.now()).order_by("created_at", "pk"))
    except AnyDatabaseError:
        if previous is None:
            raise
        logger.warning("signing keys could not be read; going on with those known")
        return Ring(read_at, previous.active, previous.verifying, previous.published)
    opened = [(row, _open_key(row.kid, row.algorithm, row.private_sealed)) for row in rows]
    loaded = [(row, key) for row, key in opened if key is not None]
    return Ring(
        read_at=read_at,
        active={key.algorithm: key for row, key in loaded if row.state == SigningKey.State.ACTIVE},
        verifying={key.kid: (key, row.verify_until) for row, key in loaded},
        published={"keys": [public_jwk(key.public, key.algorithm) for _row, key in loaded]},
    )


@lru_cache(maxsize=64)
def _open_key(kid: str, algorithm: str, private_sealed: str) -> LoadedKey | None:
    """Unseal and parse one row, or None when this server did not seal it for this kid.

    The public part is taken from the sealed private one, never from its readable column: somebody who can
    write to the database still cannot make this server trust a key of theirs.
    """
    try:
        private = read_pem(keyring.unseal(SEAL_PURPOSE, private_sealed, context=kid.encode()), algorithm)
    except (keyring.SealBroken, UnsuitableKey):
        logger.error("signing key %s cannot be opened and is left out", kid)
        return None
    return LoadedKey(kid=kid, algorithm=algorithm, private=private, public=private.public_key())
