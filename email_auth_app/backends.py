"""Django's door for e-mail address and password. Locks stand in front of it; permissions are Django's."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts_app.models import User
from accounts_app.passwords import normalise_password
from accounts_app.selectors import find_by_email


class EmailPasswordBackend(ModelBackend):
    """`email` is an address in its normal form. Unknown, shut and password-less accounts cost the same work (F07).

    Only verified addresses are found: one that somebody merely typed into a profile opens nothing.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        *,
        email: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The person, when address and password belong together and the account is active."""
        if email is None or password is None:
            return None
        typed = normalise_password(password)
        person = find_by_email(email)
        if person is None:
            make_password(typed)
            return None
        # check_password spends one hash on unusable passwords too, and upgrades old hashes (F06).
        is_right = person.check_password(typed)
        return person if is_right and self.user_can_authenticate(person) else None

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The same rules for asynchronous callers."""
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)
