"""ID tokens that are not ours, made from one that is."""

import base64
import json

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.oauth import decode


def unsigned(token: str) -> str:
    """The same claims under `alg: none`."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


def signed_by_somebody_else(token: str) -> str:
    """The same claims, well signed, by a key that is not in our ring."""
    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": "theirs"}, decode(token), key)
