"""A passkey in software, as small as WebAuthn allows: one ES256 key pair that always says its user was verified.

For trying things out: a real app calls its platform (`navigator.credentials`, ASAuthorization, Credential Manager).
Needs cryptography.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class SoftPasskey:
    """`origin` is the server's, as https://login.example.com."""

    origin: str
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user: str = ""
    uses: int = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to registration options (WebAuthn §7.1)."""
        self.user = options["user"]["id"]
        data = self._data(options["rp"]["id"], ATTESTED) + self._attested()
        # CBOR of {"fmt": "none", "attStmt": {}, "authData": data}, keys in canonical order.
        attestation = (
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData" + b"\x59" + len(data).to_bytes(2, "big") + data
        )
        client_data = self._client_data("webauthn.create", options)
        return self._credential(clientDataJSON=b64(client_data), attestationObject=b64(attestation))

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to authentication options (WebAuthn §7.2)."""
        client_data = self._client_data("webauthn.get", options)
        data = self._data(options["rpId"], 0)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            clientDataJSON=b64(client_data),
            authenticatorData=b64(data),
            signature=b64(signature),
            userHandle=self.user,
        )

    def _credential(self, **response: str) -> dict[str, Any]:
        return {
            "id": b64(self.id),
            "rawId": b64(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        self.uses += 1
        count = self.uses.to_bytes(4, "big")
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags | PRESENT | VERIFIED]) + count

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        # CBOR of {1: 2, 3: -7, -1: 1, -2: x, -3: y}: a P-256 key for ES256 (RFC 9053 §7.1.1).
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y
        return bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
