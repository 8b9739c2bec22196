"""Django's door for phone and password. Locks stand in front of it; permissions are Django's."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts_app.models import User
from accounts_app.passwords import normalise_password
from accounts_app.selectors import find_by_phone


class PhonePasswordBackend(ModelBackend):
    """`username` is a number in E.164. Unknown, shut and password-less accounts cost the same work (F07).

    So do accounts whose number nobody has proven: whoever put the number there knows the password, its owner may not.
    The owner comes in by a code, which drops that password (`accounts_app.services.record_first_proof`).
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The person, when number and password belong together, the number is proven and the account active."""
        if username is None or password is None:
            return None
        typed = normalise_password(password)
        person = find_by_phone(username)
        if person is None:
            make_password(typed)
            return None
        # check_password spends one hash on unusable passwords too, and upgrades old hashes (F06).
        is_right = person.check_password(typed)
        is_proven = person.phone_proven_at is not None
        return person if is_right and is_proven and self.user_can_authenticate(person) else None

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The same rules for asynchronous callers."""
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)
