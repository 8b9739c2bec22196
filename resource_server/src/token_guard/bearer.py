"""Reads the token from the one place it may stand in: the Authorization header (RFC 6750 §2.1)."""

import re
from collections.abc import Sequence

from token_guard.errors import InvalidRequest, NoToken

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


def read_bearer(authorization: Sequence[str]) -> str:
    """The token of a request, given the values of all its Authorization headers.

    Tokens in the query string or a form are never looked at: they end up in logs (RFC 9700 §4.3.2).
    Raises NoToken, or InvalidRequest for what is meant as a bearer token and cannot be one.
    """
    if len(authorization) > 1:
        raise InvalidRequest("Send one Authorization header.")
    scheme, _, value = (authorization[0] if authorization else "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken
    token = value.strip()
    if not _TOKEN.fullmatch(token):
        raise InvalidRequest("The Authorization header has no readable bearer token.")
    return token
