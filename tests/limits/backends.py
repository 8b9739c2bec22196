"""A backend that knows one password, for everybody, and remembers whose it was asked for."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts_app.models import User

RIGHT = "a right password"
looked_at: list[str] = []


class OnePassword(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        looked_at.append(username or "")
        return User.objects.get_or_create(phone=username)[0] if password == RIGHT else None
