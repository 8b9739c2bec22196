"""The abstract models of DOT that ours inherit, and its redirect URI comparison."""

from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    check_redirect_to_uri_allowed,
)

__all__ = [
    "AbstractAccessToken",
    "AbstractApplication",
    "AbstractGrant",
    "AbstractIDToken",
    "check_redirect_to_uri_allowed",
]
