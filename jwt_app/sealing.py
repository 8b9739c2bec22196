"""Keys between the database and memory: sealed with the master key, opened and parsed once per process."""

import logging
from dataclasses import dataclass, field
from functools import lru_cache

from core_app import keyring
from jwt_app.algorithms import (
    PrivateKey,
    PublicKey,
    read_pem,
    read_public_pem,
    write_pem,
    write_public_pem,
)
from jwt_app.errors import UnsuitableKey
from jwt_app.models import SigningKey
from jwt_app.seen_signatures import SeenSignatures

logger = logging.getLogger(__name__)

PRIVATE_PURPOSE = "signing-key"
PUBLIC_PURPOSE = "verification-key"


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A parsed public key, ready for use, and what it was seen to have signed."""

    kid: str
    algorithm: str
    public: PublicKey = field(repr=False)
    seen: SeenSignatures = field(default_factory=SeenSignatures, repr=False, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class LoadedKey(VerificationKey):
    """A key that signs, too. Never print it: `private` is the private key."""

    private: PrivateKey = field(repr=False)


def seal_private(private: PrivateKey, *, kid: str) -> str:
    """The private key as it may be stored, bound to its kid."""
    return keyring.seal(PRIVATE_PURPOSE, write_pem(private), context=kid.encode())


def seal_public(key: VerificationKey) -> str:
    """The public key as it is kept once the private one is gone, bound to its kid and algorithm."""
    return keyring.seal(PUBLIC_PURPOSE, write_public_pem(key.public), context=_public_context(key))


def open_row(row: SigningKey) -> VerificationKey | None:
    """The key of a row, a `LoadedKey` when it can sign; None when this server did not seal it.

    The public part is taken from what is sealed, never from its readable column: somebody who can write to the
    database still cannot make this server trust a key of theirs.
    """
    return _open(row.kid, row.algorithm, row.private_sealed, row.public_sealed)


def reseal_row(row: SigningKey) -> tuple[str, str]:
    """Both sealed columns under the current master key. Raises SealBroken when they cannot be opened."""
    private, public = row.private_sealed, row.public_sealed
    if private:
        context = row.kid.encode()
        private = keyring.seal(
            PRIVATE_PURPOSE, keyring.unseal(PRIVATE_PURPOSE, private, context=context), context
        )
    key = open_row(row)
    if public and key is None:
        raise keyring.SealBroken(PUBLIC_PURPOSE)
    if public and key is not None:
        public = seal_public(key)
    return private, public


@lru_cache(maxsize=64)
def _open(kid: str, algorithm: str, private_sealed: str, public_sealed: str) -> VerificationKey | None:
    try:
        if private_sealed:
            pem = keyring.unseal(PRIVATE_PURPOSE, private_sealed, context=kid.encode())
            private = read_pem(pem, algorithm)
            return LoadedKey(kid=kid, algorithm=algorithm, public=private.public_key(), private=private)
        context = f"{algorithm} {kid}".encode()
        public = read_public_pem(keyring.unseal(PUBLIC_PURPOSE, public_sealed, context=context))
    except (keyring.SealBroken, UnsuitableKey):
        logger.error("signing key %s cannot be opened and is left out", kid)
        return None
    return VerificationKey(kid=kid, algorithm=algorithm, public=public)


def _public_context(key: VerificationKey) -> bytes:
    return f"{key.algorithm} {key.kid}".encode()
