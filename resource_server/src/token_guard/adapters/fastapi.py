"""FastAPI: a dependency that gives the token."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from token_guard.errors import GuardError
from token_guard.guard import Guard
from token_guard.requirement import Requirement
from token_guard.token import Token

# Only so that the OpenAPI document says it; the header is read below.
_documented = HTTPBearer(auto_error=False, description="Access token")


def protected(guard: Guard, requirement: Requirement | None = None) -> Callable[..., Token]:
    """A dependency for `Depends`: the token of a request that meets the requirement.

    A plain function on purpose: FastAPI calls it in a thread, and the guard may have to ask the issuer.
    """

    def token(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_documented)]
    ) -> Token:
        try:
            return guard.check(request.headers.getlist("authorization"), requirement)
        except GuardError as error:
            raise HTTPException(error.status, error.payload, error.headers) from error

    return token
