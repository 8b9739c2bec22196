"""The two callables that the OAuth library asks for token texts. The desk puts the facts on the request."""

import uuid
from typing import Protocol

from jwt_app import refresh_tokens
from jwt_app.claims import AccessTokenFacts, access_token_claims
from jwt_app.signing import ACCESS_TOKEN_TYPE, sign


class RefreshFamilyFacts(Protocol):
    """What a refresh token is derived from; the desk's family row has it."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def generation(self) -> int: ...
    @property
    def seed(self) -> bytes: ...


class AccessTokenRequest(Protocol):
    @property
    def access_token_facts(self) -> AccessTokenFacts: ...


class RefreshTokenRequest(Protocol):
    @property
    def refresh_family(self) -> RefreshFamilyFacts: ...


def access_token(request: AccessTokenRequest) -> str:
    """A signed RFC 9068 access token saying `request.access_token_facts`."""
    facts = request.access_token_facts
    return sign(
        access_token_claims(facts),
        typ=ACCESS_TOKEN_TYPE,
        algorithm=facts.algorithm,
        shared_key=facts.shared_key,
    )


def refresh_token(request: RefreshTokenRequest) -> str:
    """The refresh token of the present generation of `request.refresh_family`."""
    family = request.refresh_family
    return refresh_tokens.derive(family=family.id, generation=family.generation, seed=bytes(family.seed))
