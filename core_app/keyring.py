"""The server's own keys: everything secret at rest and every MAC is derived from one master key ring.

`MASTER_KEYS` is a list of base64url 32-byte keys, the current one first; older ones still open what they sealed.
A fresh checkout keeps it in `keys/master.key`. A subkey is derived per purpose (HKDF-SHA256, RFC 5869), so that no
key serves two uses.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.exceptions import ImproperlyConfigured

from core_app.conf import Setting

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyringSettings:
    MASTER_KEYS = Setting[list[str]](
        [],
        "Base64url 32-byte keys, the current one first. Seals signing keys and messages, and derives every MAC.",
        secret=True,
    )


conf = KeyringSettings()


class SealBroken(Exception):
    """What was presented as sealed was not sealed by this server, or for another purpose."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One key of the ring. `key_id` is public: 4 hex digits made from the key."""

    key_id: str
    material: bytes


def new_master_key() -> str:
    """A fresh random key in the form that `MASTER_KEYS` takes."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode().rstrip("=")


def ring() -> tuple[MasterKey, ...]:
    """The keys, current first. Raises ImproperlyConfigured when there is none or one is malformed."""
    return _parse_ring(tuple(conf.MASTER_KEYS))


def subkey(purpose: str, key_id: str = "") -> bytes:
    """32 bytes for one purpose, from the current master key or the one named.

    Raises SealBroken when the ring has no key of that id.
    """
    return _subkey(tuple(conf.MASTER_KEYS), purpose, key_id)


def current_key_id() -> str:
    """The id of the key that new seals and MACs are made with."""
    return ring()[0].key_id


def mac(purpose: str, *parts: bytes, key_id: str = "") -> bytes:
    """HMAC-SHA256 over length-prefixed parts (so that no two lists of parts collide)."""
    message = b"".join([piece for part in parts for piece in (len(part).to_bytes(4, "big"), part)])
    return hmac.digest(subkey(purpose, key_id), message, "sha256")


def seal(purpose: str, plaintext: bytes, context: bytes = b"") -> str:
    """AES-256-GCM under the current key; `context` (a row's identity) must be given again to open it."""
    key = ring()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_derive(key, purpose)).encrypt(nonce, plaintext, context)
    return f"{key.key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(purpose: str, text: str, context: bytes = b"") -> bytes:
    """Open what `seal` made. Raises SealBroken for anything else."""
    key_id, _, payload = text.partition(".")
    try:
        raw = base64.urlsafe_b64decode(payload)
        return AESGCM(subkey(purpose, key_id)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context)
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise SealBroken(purpose) from error


@lru_cache(maxsize=64)
def _subkey(texts: tuple[str, ...], purpose: str, key_id: str) -> bytes:
    return _derive(_select(_parse_ring(texts), key_id), purpose)


def _select(keys: tuple[MasterKey, ...], key_id: str) -> MasterKey:
    if not key_id:
        return keys[0]
    for key in keys:
        if key.key_id == key_id:
            return key
    raise SealBroken(f"no master key {key_id}")


@lru_cache(maxsize=4)
def _parse_ring(texts: tuple[str, ...]) -> tuple[MasterKey, ...]:
    if not texts:
        raise ImproperlyConfigured("MASTER_KEYS: no key. `manage.py bootstrap` makes one in keys/master.key.")
    keys = []
    for text in texts:
        try:
            material = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError) as error:
            raise ImproperlyConfigured("MASTER_KEYS: a key is not base64url.") from error
        if len(material) != KEY_BYTES:
            raise ImproperlyConfigured(
                f"MASTER_KEYS: a key has {len(material)} bytes instead of {KEY_BYTES}."
            )
        keys.append(MasterKey(key_id=sha256(b"key-id" + material).hexdigest()[:4], material=material))
    return tuple(keys)


@lru_cache(maxsize=64)
def _derive(key: MasterKey, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key.material)
