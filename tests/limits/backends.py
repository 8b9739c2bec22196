"""A backend that knows one password, for everybody."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts_app.models import User

RIGHT = "a right password"


class OnePassword(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        return User(phone=username) if password == RIGHT else None
