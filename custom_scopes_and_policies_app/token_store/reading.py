"""What the endpoints read before they decide."""

import uuid

from custom_scopes_and_policies_app.models import Grant, RefreshToken
from custom_scopes_and_policies_app.token_store.choice import engine


def find_grant(code: str) -> Grant | None:
    """The row of a code with its person, session and what the person allows the app now, in one statement."""
    return engine().find_grant(code)


def find_family(family_id: uuid.UUID) -> RefreshToken | None:
    """A family with its person, its session and its app's id, in one statement."""
    return engine().find_family(family_id)
