"""The fixed list of signing algorithms (RFC 8725 §3.1) and what a key of each looks like.

Nothing outside this list is ever signed or verified with a key of the ring: no `none`, no HMAC, so that a public key
can never be taken for a shared secret. What HS256 may do is in `shared_keys.py`, with keys of its own.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from jwt_app.errors import UnsuitableKey

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey

RSA_MIN_BITS = 2048
RSA_PUBLIC_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class AlgorithmRules:
    """How one algorithm signs, what its keys are, and the hash of `at_hash` (OIDC Core §3.1.3.6)."""

    engine: Algorithm
    sign: Callable[[Any, bytes], bytes]
    generate: Callable[[], PrivateKey]
    is_suitable: Callable[[object], bool]
    jwk_members: tuple[str, ...]
    digest: Callable[[bytes], Any]


_PKCS1, _SHA256, _ECDSA = padding.PKCS1v15(), hashes.SHA256(), ec.ECDSA(hashes.SHA256())
_P256_BYTES = 32


def _sign_rs256(key: rsa.RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, _PKCS1, _SHA256)


def _sign_es256(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Both numbers one after the other, not the DER that cryptography makes (RFC 7518 §3.4)."""
    r, s = decode_dss_signature(key.sign(message, _ECDSA))
    return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")


def _sign_ed25519(key: Ed25519PrivateKey, message: bytes) -> bytes:
    return key.sign(message)


def _is_strong_rsa(key: object) -> bool:
    return isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_MIN_BITS


def _is_p256(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)


def _is_ed25519(key: object) -> bool:
    return isinstance(key, Ed25519PrivateKey)


ALGORITHMS: Mapping[str, AlgorithmRules] = {
    "RS256": AlgorithmRules(
        engine=RSAAlgorithm(RSAAlgorithm.SHA256),
        sign=_sign_rs256,
        generate=lambda: rsa.generate_private_key(RSA_PUBLIC_EXPONENT, RSA_MIN_BITS),
        is_suitable=_is_strong_rsa,
        jwk_members=("e", "kty", "n"),
        digest=sha256,
    ),
    "ES256": AlgorithmRules(
        engine=ECAlgorithm(ECAlgorithm.SHA256, ec.SECP256R1),
        sign=_sign_es256,
        generate=lambda: ec.generate_private_key(ec.SECP256R1()),
        is_suitable=_is_p256,
        jwk_members=("crv", "kty", "x", "y"),
        digest=sha256,
    ),
    "EdDSA": AlgorithmRules(
        engine=OKPAlgorithm(),
        sign=_sign_ed25519,
        generate=Ed25519PrivateKey.generate,
        is_suitable=_is_ed25519,
        jwk_members=("crv", "kty", "x"),
        # Ed25519 hashes with SHA-512 inside (RFC 8032 §5.1), so clients expect it in at_hash.
        digest=sha512,
    ),
}


def rules_of(algorithm: str) -> AlgorithmRules:
    """Raises UnsuitableKey for a name that is not on the list."""
    try:
        return ALGORITHMS[algorithm]
    except KeyError:
        raise UnsuitableKey(f"{algorithm!r} is not one of {', '.join(ALGORITHMS)}.") from None


def read_pem(pem: bytes, algorithm: str) -> PrivateKey:
    """The private key of a PEM. Raises UnsuitableKey when it is unreadable or not fit for the algorithm."""
    rules = rules_of(algorithm)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnsuitableKey(
            "The signing key is not a readable PEM private key without a passphrase."
        ) from error
    if not rules.is_suitable(key):
        raise UnsuitableKey(
            f"The signing key does not fit {algorithm} (RSA needs at least {RSA_MIN_BITS} bits)."
        )
    return key  # type: ignore[return-value]  # is_suitable has just narrowed it


def write_pem(key: PrivateKey) -> bytes:
    """PKCS #8 without a passphrase; the caller seals it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_public_pem(pem: bytes) -> PublicKey:
    """The public key that `write_public_pem` wrote. Raises UnsuitableKey for anything else."""
    try:
        return serialization.load_pem_public_key(pem)  # type: ignore[return-value]  # sealed by us, of one of our kinds
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnsuitableKey("The key is not a readable PEM public key.") from error


def write_public_pem(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_jwk(key: PublicKey, algorithm: str) -> dict[str, str]:
    """The published form of a public key (RFC 7517 §4): never a private member."""
    rules = rules_of(algorithm)
    described: Mapping[str, Any] = rules.engine.to_jwk(key, as_dict=True)
    members = {name: str(described[name]) for name in rules.jwk_members}
    return {**members, "kid": thumbprint(members), "use": "sig", "alg": algorithm}


def thumbprint(members: Mapping[str, str]) -> str:
    """RFC 7638 §3: SHA-256 over the required members in lexicographic order. The key names itself."""
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(sha256(canonical).digest()).rstrip(b"=").decode()
