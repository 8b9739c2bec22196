"""Tokens of ours: signed the way their client chose, and read back when somebody presents them."""

from collections.abc import Mapping
from typing import Any

from custom_scopes_and_policies_app.client_keys import find_shared_key, kid_of, shared_key_of
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.models import Application
from jwt_app.errors import InvalidToken
from jwt_app.shared_keys import HS256, SharedKey
from jwt_app.signing import ACCESS_TOKEN_TYPE, sign, verify


def sign_for(client: Application, claims: Mapping[str, Any], *, typ: str) -> str:
    """A token for this client, under its algorithm. Raises NoActiveKey."""
    algorithm = str(client.algorithm)
    key = shared_key_of(client) if algorithm == HS256 else None
    return sign(claims, typ=typ, algorithm=algorithm, shared_key=key)


def read_own(text: str, *, typ: str, allow_expired: bool = False) -> dict[str, Any]:
    """The claims of an access or ID token that this server made. Raises InvalidToken for all else.

    An HS256 token is good only while its key is the present one of the very client it was made for.
    """
    used = _UsedKey()
    claims = verify(text, typ=typ, allow_expired=allow_expired, shared_keys=used.find)
    if used.key is not None:
        client = find_client(claims["client_id" if typ == ACCESS_TOKEN_TYPE else "aud"])
        if client is None or not _is_key_of(client, used.key):
            raise InvalidToken("the key is not, or no longer, the one of the token's client")
    return claims


class _UsedKey:
    """Finds the shared key that a token names, and remembers it for the check that follows."""

    def __init__(self) -> None:
        self.key: SharedKey | None = None

    def find(self, kid: str) -> SharedKey | None:
        self.key = find_shared_key(kid)
        return self.key


def _is_key_of(client: Application, key: SharedKey) -> bool:
    return client.algorithm == HS256 and client.is_confidential and kid_of(client) == key.kid
