"""How person rows come to be: by phone, by e-mail, or as an operator from the command line."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.utils import timezone

from accounts_app.identifiers import InvalidPhone, normalise_password, normalise_phone

if TYPE_CHECKING:
    from accounts_app.models import User


class UserManager(BaseUserManager["User"]):
    """`createsuperuser` asks for the phone number; it is normalised as everywhere else."""

    def create_user(self, phone: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """A saved person. `phone` in any spelling, or None for people known by e-mail or an upstream provider."""
        user = self.model(phone=normalise_phone(phone) if phone else None, **fields)
        user.set_password(normalise_password(password) if password else None)
        if password:
            user.password_changed_at = timezone.now()
        user.save(using=self._db)
        return user

    def create_superuser(self, phone: str, password: str | None = None, **fields: Any) -> "User":
        """A saved operator with every permission, whose number counts as proven."""
        fields = {"is_staff": True, "is_superuser": True, "phone_proven_at": timezone.now(), **fields}
        return self.create_user(phone, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Look up by phone, in any spelling."""
        try:
            return self.get(phone=normalise_phone(username or "", any_country=True))
        except InvalidPhone:
            return self.get(phone=username)
