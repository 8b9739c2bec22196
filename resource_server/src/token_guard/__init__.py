"""Owns the check of access tokens at a resource server's door. Never signs anything, keeps nothing but public keys."""

from token_guard.errors import (
    GuardError,
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidRequest,
    InvalidToken,
    NoToken,
    TemporarilyUnavailable,
)
from token_guard.guard import Guard
from token_guard.liveness import Liveness
from token_guard.requirement import Requirement, require
from token_guard.token import Token

__all__ = [
    "Guard",
    "GuardError",
    "InsufficientScope",
    "InsufficientUserAuthentication",
    "InvalidRequest",
    "InvalidToken",
    "Liveness",
    "NoToken",
    "Requirement",
    "TemporarilyUnavailable",
    "Token",
    "require",
]
